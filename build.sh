#!/bin/sh
# Builds the azalea command if its sources are newer, and runs it: ./build.sh run, ./build.sh test, ./build.sh --help
set -eu
root=$(cd "$(dirname "$0")" && pwd)
tool=$root/AzaleaOS.Build/bin/Release/net10.0/azalea.dll
stamp=$root/AzaleaOS.Build/obj/built

if ! command -v dotnet >/dev/null 2>&1; then
    if [ -x "${DOTNET_ROOT:-$HOME/.dotnet}/dotnet" ]; then
        PATH=${DOTNET_ROOT:-$HOME/.dotnet}:$PATH
        export PATH
    else
        echo "azalea: the .NET 10 SDK is not installed (there is no dotnet on PATH)" >&2
        echo "        get it from:  https://dotnet.microsoft.com/download/dotnet/10.0" >&2
        exit 69
    fi
fi

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
newer() {
    find "$root/AzaleaOS.Build" "$root/AzaleaOS.Launching" "$root/AzaleaOS.Abi" "$root/AzaleaOS.Promotion" "$root/iso" "$root"/Directory.*.props "$root/global.json" \
        \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print | head -n 1
}

if [ ! -f "$tool" ] || [ ! -f "$stamp" ] || [ -n "$(newer)" ]; then
    echo "azalea: building the azalea command" >&2
    said=$(dotnet build "$root/AzaleaOS.Build" -c Release -v quiet --nologo 2>&1) || {
        echo "$said" >&2
        exit 1
    }
    touch "$stamp"
fi

exec dotnet "$tool" "$@"
