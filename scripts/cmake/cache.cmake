# SPDX-License-Identifier: Apache-2.0
# TESSERA_CACHE_DIR: where scripts/setup keeps toolchains and sources (the same rule as scripts/lib/host.mjs).

if(DEFINED ENV{TESSERA_CACHE})
  set(TESSERA_CACHE_DIR "$ENV{TESSERA_CACHE}")
elseif(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(TESSERA_CACHE_DIR "$ENV{XDG_CACHE_HOME}/tessera")
else()
  set(TESSERA_CACHE_DIR "$ENV{HOME}/.cache/tessera")
endif()
