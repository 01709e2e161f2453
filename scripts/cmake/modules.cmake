# SPDX-License-Identifier: Apache-2.0
# The ways code is declared: a library of the core, and a WebAssembly module made of libraries, with Embind or with plain exports.

# tessera_library(NAME name LINKS libraries...)
# A static library of every .cc in wasm/<name> (and one level of folders below). LINKS are the only libraries it may include from.
function(tessera_library)
  cmake_parse_arguments(ARG "" "NAME" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/wasm/${ARG_NAME}/*.cc" "${PROJECT_SOURCE_DIR}/wasm/${ARG_NAME}/*/*.cc")
  set(target tessera_${ARG_NAME})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    target_compile_options(${target} PRIVATE ${TESSERA_CORE_OPTIONS})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} "${PROJECT_SOURCE_DIR}")
  foreach(link IN LISTS ARG_LINKS)
    target_link_libraries(${target} ${scope} ${link})
  endforeach()
endfunction()

# tessera_module(NAME name [SOURCE binding] ENVIRONMENT web|worker LINKS libraries... OPTIONS link options...)
# An ES module <name>.mjs and <name>.wasm from wasm/bindings/<binding>.cc (<name>.cc unless said otherwise), with its emitted types in <name>.d.ts.
function(tessera_module)
  cmake_parse_arguments(ARG "" "NAME;SOURCE;ENVIRONMENT" "LINKS;OPTIONS" ${ARGN})
  if(NOT ARG_SOURCE)
    set(ARG_SOURCE ${ARG_NAME})
  endif()
  set(source "${PROJECT_SOURCE_DIR}/wasm/bindings/${ARG_SOURCE}.cc")
  if(NOT EXISTS "${source}")
    return()
  endif()
  set(target module_${ARG_NAME})
  add_executable(${target} "${source}")
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${ARG_NAME} SUFFIX .mjs RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/modules")
  target_compile_options(${target} PRIVATE ${TESSERA_CORE_OPTIONS})
  target_link_libraries(${target} PRIVATE ${ARG_LINKS} embind)
  target_link_options(${target} PRIVATE
    --no-entry -fno-exceptions -fno-rtti
    -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=${ARG_ENVIRONMENT} -sEXPORT_NAME=create_${ARG_NAME}
    -sEMBIND_AOT=1 -sDYNAMIC_EXECUTION=0 -sALLOW_MEMORY_GROWTH -sMALLOC=emmalloc -sFILESYSTEM=0 -sSTRICT
    -sINCOMING_MODULE_JS_API=locateFile,instantiateWasm
    --emit-tsd ${ARG_NAME}.d.ts
    ${ARG_OPTIONS})
  if(CMAKE_BUILD_TYPE STREQUAL Debug)
    target_link_options(${target} PRIVATE -sASSERTIONS=2 -sSTACK_OVERFLOW_CHECK=2 -gsource-map)
  else()
    target_link_options(${target} PRIVATE -sASSERTIONS=0)
  endif()
endfunction()

# tessera_raw_module(NAME name [SOURCE binding] LINKS libraries... [OPTIONS link options...])
# <name>.wasm alone, from wasm/bindings/<binding>.cc (<name>.cc unless said otherwise): no Embind and no JavaScript. Its exports
# are those that the source names. Without OPTIONS it has no imports, no heap, and memory that never grows, so it can be
# instantiated where there is no TextDecoder, as in an AudioWorklet.
function(tessera_raw_module)
  cmake_parse_arguments(ARG "" "NAME;SOURCE" "LINKS;OPTIONS" ${ARGN})
  if(NOT ARG_SOURCE)
    set(ARG_SOURCE ${ARG_NAME})
  endif()
  if(NOT ARG_OPTIONS)
    set(ARG_OPTIONS -sMALLOC=none -sSTACK_SIZE=16kb -sINITIAL_MEMORY=256kb)
  endif()
  set(target module_${ARG_NAME})
  add_executable(${target} "${PROJECT_SOURCE_DIR}/wasm/bindings/${ARG_SOURCE}.cc")
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${ARG_NAME} SUFFIX .wasm RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/modules")
  target_compile_options(${target} PRIVATE ${TESSERA_CORE_OPTIONS})
  target_link_libraries(${target} PRIVATE ${ARG_LINKS})
  target_link_options(${target} PRIVATE --no-entry -fno-exceptions -fno-rtti -sSTANDALONE_WASM -sSTRICT -sFILESYSTEM=0 ${ARG_OPTIONS})
endfunction()
