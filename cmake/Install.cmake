# What `cmake --install` puts in place: the program, the headers (under include/synfire, included root-relative as in
# the tree) and the libraries behind find_package(synfire): synfire::runtime, synfire::compiler, synfire::emulator.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(synfire_headers ${CMAKE_INSTALL_INCLUDEDIR}/synfire)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/synfire)
install(TARGETS synfire RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(library runtime compiler emulator)
  set_target_properties(synfire_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS synfire_${library} EXPORT synfire ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endforeach()
install(DIRECTORY runtime compiler emulator
  DESTINATION ${synfire_headers}
  FILES_MATCHING PATTERN "*.hpp"
  REGEX "frontend/[a-z]+$" EXCLUDE)
install(EXPORT synfire NAMESPACE synfire:: FILE synfire-targets.cmake DESTINATION ${package})

configure_file(${CMAKE_CURRENT_LIST_DIR}/synfire-config.cmake synfire-config.cmake COPYONLY)
write_basic_package_version_file(synfire-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/synfire-config.cmake ${PROJECT_BINARY_DIR}/synfire-config-version.cmake
  DESTINATION ${package})
