# Compiler settings for our own code: C++20, warnings as errors, sanitizers, ccache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Without this sloppiness, ccache leaves alone what is compiled with precompiled headers, whose sums
  # CmrHeaders writes; paths below its base count as relative ones. So one preset's objects serve
  # another preset or clone.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=true
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE_PROGRAM})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  endif()
endif()

if(CMR_SANITIZE)
  add_compile_options(-fsanitize=${CMR_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CMR_SANITIZE})
endif()

# libFuzzer's eyes in everything of ours; its main() only in the targets of tests/fuzz.
if(CMR_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined)
endif()

# Warnings are ours alone: headers of LibTorch, DCMTK and Boost come in as system headers.
function(cmr_warnings target)
  # Judged by the compiler and in the builds that ship: instrumented code looks to GCC 12 as if its own
  # <regex> were uninitialised and every joined string too long (its bugs 105562 and 105329).
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR CMR_SANITIZE)
    return()
  endif()
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    -Woverloaded-virtual -Werror>)
endfunction()

# A room's library: cmr_room(name SOURCES ... LINK ... [HEADERS name]). Headers are included as
# "room/header.h"; HEADERS names the precompiled ones (CmrHeaders), those of the standard when absent.
function(cmr_room name)
  cmake_parse_arguments(ROOM "" "HEADERS" "SOURCES;LINK;LINK_PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ROOM_LINK} PRIVATE ${ROOM_LINK_PRIVATE})
  cmr_warnings(${name})
  if(NOT ROOM_HEADERS)
    set(ROOM_HEADERS cmr_standard_headers)
  endif()
  cmr_use_headers(${name} ${ROOM_HEADERS})
endfunction()
