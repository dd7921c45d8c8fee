// The Lua interpreter of the library: runs the script that its first argument names.
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    lua_State *lua = luaL_newstate();
    luaL_openlibs(lua);
    lua_createtable(lua, argc, 0);
    for (int i = 0; i < argc - 1; i++) {
        lua_pushstring(lua, argv[i + 1]);
        lua_rawseti(lua, -2, i);
    }
    lua_setglobal(lua, "arg");
    int status = 0;
    if (luaL_dofile(lua, argv[1])) {
        fprintf(stderr, "%s\n", lua_tostring(lua, -1));
        status = 1;
    } else if (lua_isinteger(lua, -1)) {
        status = (int)lua_tointeger(lua, -1);
    }
    lua_close(lua);
    return status;
}
