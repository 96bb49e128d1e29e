# The libraries that the installed static libraries link.
include(CMakeFindDependencyMacro)
find_dependency(fmt)
find_dependency(nlohmann_json)
find_dependency(Protobuf)
find_dependency(ONNX)
find_dependency(PkgConfig)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
include(${CMAKE_CURRENT_LIST_DIR}/synfire-targets.cmake)
