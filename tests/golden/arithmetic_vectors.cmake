# The recorded neurons of arithmetic_vectors.hpp as static_asserts, for the host and for microcontrollers.
function(add_vector_test name compiler package flags)
  add_test(NAME golden.static.${name}
    COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR} -DCOMPILER=${compiler} -DPACKAGE=${package} "-DFLAGS=${flags}"
            -P ${CMAKE_CURRENT_SOURCE_DIR}/CompileVectors.cmake)
  set_tests_properties(golden.static.${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^SKIP")
endfunction()

add_vector_test(host-gcc g++ g++ "")
add_vector_test(host-clang clang++ clang "")
add_vector_test(cortex-m0 arm-none-eabi-g++ gcc-arm-none-eabi "-mcpu=cortex-m0 -mthumb")
add_vector_test(cortex-m4 arm-none-eabi-g++ gcc-arm-none-eabi "-mcpu=cortex-m4 -mthumb")
add_vector_test(rv32imc riscv64-unknown-elf-g++ gcc-riscv64-unknown-elf "-march=rv32imc_zicsr -mabi=ilp32")
# The checks can fail.
add_vector_test(can_fail g++ g++ "-DSYNFIRE_VECTORS_MUST_FAIL")
set_tests_properties(golden.static.can_fail PROPERTIES PASS_REGULAR_EXPRESSION "static assertion failed")

# The header is what the script writes from the recordings.
find_program(python3 NAMES python3)
if(python3)
  add_test(NAME golden.static.header_is_current
    COMMAND ${python3} ${CMAKE_CURRENT_SOURCE_DIR}/arithmetic_vectors.py --check)
else()
  add_test(NAME golden.static.header_is_current COMMAND ${CMAKE_COMMAND} -E echo "SKIP: python3 was not found")
  set_tests_properties(golden.static.header_is_current PROPERTIES SKIP_REGULAR_EXPRESSION "^SKIP")
endif()
