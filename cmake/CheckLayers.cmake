# Who may include whom: fails, naming file, layer and include, where a source reaches into a folder above its own.
#
#   cmake -DROOT=<source tree> -P cmake/CheckLayers.cmake
#
# A file belongs to the layer with the longest matching folder. A layer may always include itself. Generated headers
# need no file to exist: only the path that is written in the #include counts. The two files that list all front ends
# and all targets stand directly in those folders and therefore see every row.
cmake_minimum_required(VERSION 3.25)

set(layers
  "runtime:"
  "compiler/support:"
  "compiler/network: compiler/support runtime"
  "compiler/frontend: compiler/network compiler/support"
  "compiler/frontend/onnx: compiler/frontend/options.hpp compiler/network compiler/support"
  "compiler/frontend/json: compiler/frontend/options.hpp compiler/network compiler/support"
  "compiler/frontend/hdf5: compiler/support"
  "compiler/frontend/nir: compiler/frontend/options.hpp compiler/frontend/hdf5 compiler/frontend/json/parse.hpp compiler/network compiler/support"
  "compiler/frontend/netx: compiler/frontend/options.hpp compiler/frontend/hdf5 compiler/network compiler/support"
  "compiler/init: compiler/network compiler/support runtime"
  "compiler/passes: compiler/network compiler/support"
  "compiler/quantize: compiler/network compiler/support runtime"
  "emulator: compiler runtime"
  "tuning: compiler emulator runtime"
  "hil: compiler/support runtime"
  "report: compiler/support"
  # The rows of targets.cpp; a target sees the quantized network, never a front end or another target.
  "targets: compiler/quantize compiler/network compiler/support runtime"
  "targets/loihi: targets/targets.hpp compiler/quantize compiler/network compiler/support runtime"
  "targets/mcu: targets/targets.hpp compiler/quantize compiler/network compiler/support runtime"
  # Copied into the emitted firmware, so it lives without the rest of the tree.
  "targets/mcu/firmware: runtime ports/ serial/ model.hpp tables.hpp view_facts.hpp views.hpp"
  "cli: compiler emulator tuning hil report targets runtime")

# Library headers that stay inside their one folder (regular expressions).
set(confined_headers "onnx/|google/protobuf/" "H5|hdf5" "libserialport" "cnl/" "Eigen/")
set(confined_to "compiler/frontend/onnx" "compiler/frontend/hdf5|targets/loihi" "hil" "targets/mcu/firmware" "emulator")
# What exists in a freestanding implementation of C++17.
set(freestanding_headers "^(stdint|stddef|limits)\\.h$")

set(violations 0)
function(violation file layer include reason)
  message(NOTICE "${file}: layer '${layer}' may not include ${include}: ${reason}")
  math(EXPR violations "${violations} + 1")
  set(violations ${violations} PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/*.cpp ${ROOT}/*.hpp ${ROOT}/*.c ${ROOT}/*.h)
list(FILTER files INCLUDE REGEX "^(runtime|compiler|emulator|tuning|hil|report|targets|cli)/")
list(LENGTH files checked)
if(checked EQUAL 0)
  message(FATAL_ERROR "no sources under ${ROOT}: nothing was checked")
endif()
foreach(file IN LISTS files)
  set(layer "")
  foreach(row IN LISTS layers)
    string(REGEX MATCH "^[^:]+" folder "${row}")
    string(LENGTH "${folder}" length)
    string(LENGTH "${layer}" longest)
    string(FIND "${file}" "${folder}/" at)
    if(at EQUAL 0 AND length GREATER longest)
      set(layer ${folder})
      string(REGEX REPLACE "^[^:]+: ?" "" allowed "${row}")
      string(REPLACE " " ";" allowed "${allowed}")
    endif()
  endforeach()
  file(STRINGS ${ROOT}/${file} includes REGEX "^ *# *include")
  foreach(include IN LISTS includes)
    if(include MATCHES "<(.*)>")
      set(header ${CMAKE_MATCH_1})
      if(layer STREQUAL runtime AND NOT header MATCHES "${freestanding_headers}")
        violation(${file} ${layer} <${header}> "the runtime is freestanding")
      endif()
      foreach(pattern where IN ZIP_LISTS confined_headers confined_to)
        if(header MATCHES "^(${pattern})" AND NOT layer MATCHES "^(${where})$")
          violation(${file} ${layer} <${header}> "only ${where} may")
        endif()
      endforeach()
    elseif(include MATCHES "\"(.*)\"")
      set(header ${CMAKE_MATCH_1})
      set(good FALSE)
      foreach(prefix IN LISTS layer allowed)
        string(FIND "${header}" "${prefix}" at)
        if(at EQUAL 0)
          set(good TRUE)
        endif()
      endforeach()
      if(NOT good)
        string(REPLACE ";" ", " list "${allowed}")
        violation(${file} ${layer} "\"${header}\"" "it may include itself and [${list}]")
      endif()
    endif()
  endforeach()
endforeach()
if(violations GREATER 0)
  message(FATAL_ERROR "${violations} includes break the layers (the table is in cmake/CheckLayers.cmake)")
endif()
message(STATUS "layers: ${checked} files checked, no violation")
