# Headers that many files share are parsed once per build instead of once per file, which takes a third
# and more off the time of most files. Every file still includes what it needs: CMR_PRECOMPILE=OFF builds without.
option(CMR_PRECOMPILE "Precompile the headers that many files share" ON)

set(CMR_STANDARD_HEADERS
  <algorithm> <array> <chrono> <cmath> <cstdint> <cstdio> <cstdlib> <cstring> <filesystem> <fstream>
  <functional> <iterator> <limits> <map> <memory> <mutex> <numbers> <numeric> <optional> <random> <set>
  <span> <sstream> <stdexcept> <stop_token> <string> <string_view> <thread> <tuple> <utility> <vector>)

# What the headers are. GCC never writes the same precompiled file twice; ccache goes by this text instead,
# and by the file itself where there is no dpkg.
find_program(DPKG_QUERY dpkg-query)
if(DPKG_QUERY)
  execute_process(COMMAND ${DPKG_QUERY} -W -f "\${Package}=\${Version}\n"
    libc6-dev "libstdc++-*-dev" libtorch-dev libdcmtk-dev nlohmann-json3-dev libgtest-dev libgmock-dev
    OUTPUT_VARIABLE CMR_HEADER_VERSIONS ERROR_QUIET)
endif()

# cmr_shared_headers(name KIND HEADERS ... [LINK ...]): a target of nothing but precompiled headers.
# GCC wants those who use them to be compiled alike: a ROOM (-fPIC, the preset's optimisation) or a
# TEST (-fPIE, little of it).
function(cmr_shared_headers name kind)
  cmake_parse_arguments(H "" "" "HEADERS;LINK" ${ARGN})
  if(NOT CMR_PRECOMPILE)
    return()
  endif()
  set(source ${CMAKE_BINARY_DIR}/generated/${name}.cpp)
  if(kind STREQUAL "TEST")
    file(CONFIGURE OUTPUT ${source} CONTENT "int main() {}\n")
    add_executable(${name} EXCLUDE_FROM_ALL ${source})
    cmr_test_options(${name})
  else()
    file(CONFIGURE OUTPUT ${source} CONTENT "// headers only\n")
    add_library(${name} STATIC EXCLUDE_FROM_ALL ${source})
  endif()
  target_link_libraries(${name} PRIVATE ${H_LINK})
  cmr_warnings(${name})
  target_precompile_headers(${name} PRIVATE ${H_HEADERS})
  if(CMR_HEADER_VERSIONS)
    file(SHA256 ${PROJECT_SOURCE_DIR}/analysis/json_memory/nlohmann/json.hpp own)
    file(CONFIGURE
      OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.gch.sum
      CONTENT "${H_HEADERS}\n${CMAKE_CXX_COMPILER_VERSION}\n${CMR_HEADER_VERSIONS}${own}\n")
  endif()
endfunction()

# cmr_use_headers(target name): `target` is compiled with the headers of the target `name`.
function(cmr_use_headers target name)
  if(CMR_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()

# Even with precompiled headers, LibTorch's templates cost every file some 15 seconds of its 20, and those
# of JSON and GoogleMock a test of the service most of its 8. So the files of such libraries and tests are
# compiled eight at a time. In these, a name in an unnamed namespace is unique among the library's files.
# Who changes one of them after the other is better off with CMR_UNITY=OFF, as in the preset `debug`; what
# checks single files (clang-tidy) needs it, too.
option(CMR_UNITY "Compile the files of some libraries and tests eight at a time" ON)

function(cmr_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${CMR_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  if(CMR_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # What another file keeps to itself is no name of this one, and no file is a header.
    target_compile_options(${target} PRIVATE
      $<$<COMPILE_LANGUAGE:CXX>:-Wno-shadow -Wshadow=local -Wno-subobject-linkage>)
  endif()
endfunction()
