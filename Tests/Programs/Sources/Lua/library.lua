-- Every standard library of Lua, with results that do not depend on where it runs.
local function show(...) print(select("#", ...), ...) end

-- string
show(("hello"):rep(3, "-"), ("%5.2f|%-8s|%08x|%q"):format(3.14159, "left", 48879, "a\nb\0c"))
show(("the quick brown fox"):gsub("%w+", function(w) return w:sub(1, 1):upper() .. w:sub(2) end))
for k, v in ("a=1, b=22, c=333"):gmatch("(%w+)=(%w+)") do io.write(k, ":", v, ";") end
print()
show(("x"):byte(), string.char(76, 117, 97), ("banana"):find("an", 3), ("banana"):match("^(.-)(n.*)$"))
show(string.pack("<i4>I2z", -2, 513, "end"):byte(1, -1))
show(string.unpack("<i4", "\254\255\255\255"))
show(utf8.char(228, 8364, 128512), utf8.len("äö€"), #"äö€")

-- table
local list = {}
for i = 1, 200 do list[i] = i * 7919 % 211 end
table.sort(list)
show(table.concat(list, ",", 1, 20), list[200])
table.sort(list, function(a, b) return a > b end)
show(list[1], list[200], select("#", table.unpack(list)))
table.insert(list, 3, "in"); show(table.remove(list, 3), #list)
show(table.unpack(table.move({ 1, 2, 3 }, 1, 3, 2)))

-- math: whole numbers and what IEEE 754 makes exact
show(7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.5 // 2, 2 ^ 53, 1 << 62, 5 & 6 | 8 ~ 1)
show(math.maxinteger + 1 == math.mininteger, math.type(1), math.type(1.0), math.tointeger(8.0), math.ult(1, -1))
show(math.floor(-3.5), math.ceil(-3.5), math.sqrt(2), math.fmod(-7, 3), math.abs(-0.0), 0 / 0 ~= 0 / 0, 1 / 0)
math.randomseed(42)
local total = 0
for _ = 1, 1000 do total = total + math.random(1, 100) end
show(total > 45000 and total < 56000)

-- coroutines
local function producer(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i, i * i) end return "done" end) end
local next_value, sum = producer(100), 0
for i = 1, 100 do local a, b = next_value(); sum = sum + a * b end
show(sum, next_value())
local co = coroutine.create(function(a) local b = coroutine.yield(a + 1); error({ code = b }) end)
show(coroutine.resume(co, 1))
local ok, e = coroutine.resume(co, 42)
show(ok, e.code, coroutine.status(co))
local threads = {}
for i = 1, 500 do threads[i] = coroutine.create(function() for j = 1, 5 do coroutine.yield(i * j) end end) end
sum = 0
for _ = 1, 5 do for _, c in ipairs(threads) do local _, v = coroutine.resume(c); sum = sum + v end end
show(sum)

-- errors, metatables, closing variables, garbage
show(pcall(error, "plain", 0), select(2, pcall(function() local x = nil; return x.y end)))
local point = setmetatable({ x = 1 }, { __index = function(_, k) return k .. "?" end, __add = function(a, b) return a.x + b end, __call = function(_, ...) return ... end, __len = function() return 99 end, __tostring = function() return "point" end })
show(point.y, point + 5, point(1, 2), #point, tostring(point))
do local closing <close> = setmetatable({}, { __close = function() print("closed") end }); print("inside") end
local weak, collected = setmetatable({}, { __mode = "v" }), 0
for i = 1, 1000 do weak[i] = setmetatable({}, { __gc = function() collected = collected + 1 end }) end
collectgarbage(); collectgarbage()
show(next(weak), collected)
collectgarbage("generational")
local junk
for i = 1, 100000 do junk = { i, tostring(i), junk and junk[1] } end
collectgarbage("incremental"); collectgarbage()
show(collectgarbage("count") < 4000, load("return 6 * 7")())
show(xpcall(function() error("deep") end, function(m) return "handled " .. m:match("deep") end))
local function recurse(n) return n == 0 and 0 or 1 + recurse(n - 1) end
show(recurse(10000), pcall(function() local function f() return 1 + f() end return f() end) == false)

-- io and os
local f = assert(io.open("numbers.txt", "w"))
for i = 1, 1000 do f:write(i, "\n") end
show(f:seek("cur"), f:seek("set", 0), f:write("X"), f:close())
sum = 0
for line in io.lines("numbers.txt") do sum = sum + (tonumber(line) or 0) end
show(sum)
f = io.open("numbers.txt", "rb"); show(f:read("l", "n", "n", 5)); show(#f:read("a"), f:read("a"), f:read("l")); f:close()
f = io.open("numbers.txt", "a+"); f:setvbuf("full", 1024); f:write("tail"); f:flush(); f:seek("end", -4); show(f:read("a")); f:close()
show(io.open("missing.txt")); show(io.type(f), io.type(io.stdout), io.type(7))
show(os.rename("numbers.txt", "renamed.txt"), os.remove("renamed.txt")); show(os.remove("renamed.txt"))
show(os.getenv("NOT_SET"), os.date("!%Y-%m-%d %H:%M:%S", 86400 * 365), os.time({ year = 2024, month = 2, day = 29, hour = 12 }) ~= nil)
show(os.time() > 1700000000, os.clock() >= 0, os.difftime(5, 3))
io.stderr:write("to standard error\n")
return 23
