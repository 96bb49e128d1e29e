# Fails where a source is not formatted as .clang-format says.
#
#   cmake -DROOT=<source tree> -P cmake/CheckFormat.cmake
cmake_minimum_required(VERSION 3.25)

find_program(clang_format NAMES clang-format-14 clang-format)
if(NOT clang_format)
  message(NOTICE "SKIP: clang-format is not installed (Debian package clang-format), the format was not checked")
  return()
endif()
set(folders runtime compiler emulator tuning hil report targets cli tests bench examples)
set(patterns)
foreach(folder IN LISTS folders)
  list(APPEND patterns ${ROOT}/${folder}/*.cpp ${ROOT}/${folder}/*.hpp)
endforeach()
file(GLOB_RECURSE files ${patterns})
# Test input: written as it is on purpose.
list(FILTER files EXCLUDE REGEX "^${ROOT}/tests/checks/")
list(LENGTH files count)
if(count EQUAL 0)
  message(FATAL_ERROR "no sources under ${ROOT}: nothing was checked")
endif()
execute_process(
  COMMAND ${clang_format} --dry-run -Werror ${files}
  ERROR_VARIABLE messages
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  string(REPLACE "${ROOT}/" "" messages "${messages}")
  message(NOTICE "${messages}")
  message(FATAL_ERROR "not formatted; mend with: clang-format -i FILE")
endif()
message(STATUS "format: ${count} files checked")
