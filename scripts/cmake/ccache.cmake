# SPDX-License-Identifier: Apache-2.0
# Compiles through ccache where it is installed, so that a fresh checkout on the same machine builds in seconds.

find_program(TESSERA_CCACHE ccache NO_CMAKE_FIND_ROOT_PATH)
if(TESSERA_CCACHE)
  # Paths below the checkout are taken as relative, and the working directory is left out of the key.
  set(launcher "${CMAKE_COMMAND}" -E env
    "CCACHE_DIR=${TESSERA_CACHE_DIR}/ccache" "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=2G
    CCACHE_SLOPPINESS=time_macros,include_file_mtime,include_file_ctime)
  if(EMSCRIPTEN)
    # The compiler is a wrapper script that never changes; what stands behind it is told by its version file.
    list(APPEND launcher CCACHE_COMPILERTYPE=clang
      "CCACHE_COMPILERCHECK=string:${EMSCRIPTEN_VERSION}")
  endif()
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher} "${TESSERA_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher} "${TESSERA_CCACHE}")
endif()
