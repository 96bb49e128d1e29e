# Compiles arithmetic_vectors.cpp with one compiler; its static_asserts are the test. A missing compiler is named.
#
#   cmake -DROOT=<tree> -DCOMPILER=<program> -DPACKAGE=<Debian package> -DFLAGS="..." -P CompileVectors.cmake
find_program(compiler ${COMPILER} NO_CACHE)
if(NOT compiler)
  message("SKIP: ${COMPILER} was not found; on Debian and Ubuntu: apt install ${PACKAGE}")
  return()
endif()
separate_arguments(flags UNIX_COMMAND "${FLAGS}")
execute_process(
  COMMAND ${compiler} -std=c++17 -ffreestanding -fno-exceptions -fno-rtti -Wall -Wextra -Wconversion -Wshadow -Werror
          ${flags} -I${ROOT} -fsyntax-only ${ROOT}/tests/golden/arithmetic_vectors.cpp
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the vectors do not hold with ${COMPILER} ${FLAGS}")
endif()
