# Builds the azalea command if its sources are newer, and runs it: ./build.ps1 run, ./build.ps1 test, ./build.ps1 --help
# Words behind -- reach the program in the guest; PowerShell takes the first -- for itself, so quote it: '--'.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$tool = [IO.Path]::Combine($PSScriptRoot, 'AzaleaOS.Build', 'bin', 'Release', 'net10.0', 'azalea.dll')
$stamp = [IO.Path]::Combine($PSScriptRoot, 'AzaleaOS.Build', 'obj', 'built')

function Test-Newer([string] $path) {
    $built = [IO.File]::GetLastWriteTimeUtc($stamp)
    if ([IO.File]::Exists($path)) {
        return [IO.File]::GetLastWriteTimeUtc($path) -gt $built
    }
    if ([IO.Directory]::GetLastWriteTimeUtc($path) -gt $built) {
        return $true
    }
    foreach ($child in [IO.Directory]::GetFileSystemEntries($path)) {
        $name = [IO.Path]::GetFileName($child)
        if ($name -ne 'bin' -and $name -ne 'obj' -and (Test-Newer $child)) {
            return $true
        }
    }
    return $false
}

$dotnet = Get-Command dotnet -ErrorAction SilentlyContinue
if (-not $dotnet) {
    [Console]::Error.WriteLine('azalea: the .NET 10 SDK is not installed (there is no dotnet on PATH)')
    [Console]::Error.WriteLine('        get it from:  https://dotnet.microsoft.com/download/dotnet/10.0')
    exit 69
}

$stale = -not ([IO.File]::Exists($tool) -and [IO.File]::Exists($stamp))
foreach ($source in 'AzaleaOS.Build', 'AzaleaOS.Launching', 'AzaleaOS.Abi', 'AzaleaOS.Promotion', 'iso', 'Directory.Build.props', 'Directory.Packages.props', 'global.json') {
    $stale = $stale -or (Test-Newer ([IO.Path]::Combine($PSScriptRoot, $source)))
}

if ($stale) {
    [Console]::Error.WriteLine('azalea: building the azalea command')
    $said = & dotnet build ([IO.Path]::Combine($PSScriptRoot, 'AzaleaOS.Build')) -c Release -v quiet --nologo
    if ($LASTEXITCODE -ne 0) {
        foreach ($line in $said) {
            [Console]::Error.WriteLine($line)
        }
        exit 1
    }
    [IO.File]::WriteAllText($stamp, '')
}

& dotnet $tool @args
exit $LASTEXITCODE
