# Any board: three functions of yours (ports/generic/port.hpp), your compiler, start-up code and linker script. Give your
# tool chain, for example -DCMAKE_TOOLCHAIN_FILE=toolchains/arm-none-eabi.cmake, and the core in CMAKE_CXX_FLAGS, for
# example "-mcpu=cortex-m4 -mthumb". Builds libmodel.a and libserial.a, which has main(); link both with your own files.
set(board_images OFF)
