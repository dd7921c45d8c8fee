# CMake's toolchain file: cmake -DCMAKE_TOOLCHAIN_FILE=@FOLDER@/azalea.cmake
# C is linked with musl whose system calls are calls, C++ with glibc whose system calls are promoted. A project of both languages
# sets AZALEA_GLIBC, so that both have one C library.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER "@FOLDER@/azalea-cc")
set(CMAKE_CXX_COMPILER "@FOLDER@/azalea-c++")
set(CMAKE_ASM_COMPILER "@FOLDER@/azalea-cc")
if(AZALEA_GLIBC)
    set(CMAKE_C_FLAGS_INIT --glibc)
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES AZALEA_GLIBC)

# Programs run in a guest; nothing is loaded at run time.
set(CMAKE_CROSSCOMPILING_EMULATOR "@FOLDER@/azalea-command;run")
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set_property(GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS FALSE)
set(CMAKE_FIND_ROOT_PATH "@FOLDER@")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
if(NOT AZALEA_GLIBC)
    set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
endif()
