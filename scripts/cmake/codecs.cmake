# SPDX-License-Identifier: Apache-2.0
# libvpx and Opus as built by codecs/build.mjs, and the wrapper libraries over them.

find_program(TESSERA_NODE node REQUIRED NO_CMAKE_FIND_ROOT_PATH)
execute_process(COMMAND "${TESSERA_NODE}" "${PROJECT_SOURCE_DIR}/codecs/build.mjs" --where
  OUTPUT_VARIABLE _codecs OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/codecs/build.mjs")
string(REPLACE "\n" ";" _codecs "${_codecs}")

# tessera_codec_import(TARGET BUILD ARCHIVE): a static library out of the cache, its headers only for who links it.
function(tessera_codec_import target build archive)
  foreach(line IN LISTS _codecs)
    if(line MATCHES "^${build}=(.*)$")
      add_library(${target} STATIC IMPORTED GLOBAL)
      set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${CMAKE_MATCH_1}/${archive}")
      target_include_directories(${target} SYSTEM INTERFACE "${CMAKE_MATCH_1}/include")
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "${build} is missing. Run scripts/setup first.")
endfunction()

# tessera_codec(NAME name SOURCES files LINKS libraries): a wrapper library; nothing of what is in LINKS shows in its headers.
function(tessera_codec)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINKS" ${ARGN})
  add_library(tessera_${ARG_NAME} STATIC ${ARG_SOURCES})
  target_compile_options(tessera_${ARG_NAME} PRIVATE ${TESSERA_CORE_OPTIONS})
  target_include_directories(tessera_${ARG_NAME} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(tessera_${ARG_NAME} PUBLIC tessera_base PRIVATE ${ARG_LINKS})
endfunction()

if(EMSCRIPTEN)
  set(_flavour wasm)
elseif(TESSERA_FUZZ)
  set(_flavour fuzz)
else()
  set(_flavour native)
endif()
tessera_codec_import(libvpx vpx-${_flavour} libvpx.a)
tessera_codec_import(libopus opus-${_flavour} libopus.a)
if(EMSCRIPTEN)
  tessera_codec_import(libopus_dred opus-dred libopus.a)
  if(_codecs MATCHES "vpx-plain=")
    tessera_codec_import(libvpx_plain vpx-plain libvpx.a)
  endif()
else()
  target_link_libraries(libvpx INTERFACE pthread m)
  target_link_libraries(libopus INTERFACE m)
endif()
