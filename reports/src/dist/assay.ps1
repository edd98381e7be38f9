# assay for PowerShell 5.1 and 7. It lies outside of bin: PowerShell would take it before bin\assay.cmd, and Windows as it comes runs no scripts.
# What it is for: names with & ^ % ! in them, which cmd.exe reads as its own.   & C:\tools\assay\assay.ps1 judge 'a & b.safetensors'
$ErrorActionPreference = 'Stop'
$assayHome = $PSScriptRoot
$isWindowsHere = [System.IO.Path]::DirectorySeparatorChar -eq '\'
$program = if ($isWindowsHere) { 'java.exe' } else { 'java' }

$java = Join-Path $assayHome (Join-Path 'runtime' (Join-Path 'bin' $program))
if (-not (Test-Path -LiteralPath $java)) {
    $java = $null
    if ($env:JAVA_HOME) {
        $java = Join-Path $env:JAVA_HOME (Join-Path 'bin' $program)
        if (-not (Test-Path -LiteralPath $java)) { $java = $null }
    }
    if (-not $java) {
        $found = Get-Command $program -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
        if ($found) { $java = $found.Source }
    }
    if (-not $java) {
        [Console]::Error.WriteLine("assay needs a Java 17 or newer, and found none: no folder runtime in $assayHome, no JAVA_HOME, no java on the PATH")
        exit 3
    }
    # From the file beside it: what a program writes to its error stream is an error to PowerShell 5.1.
    $release = Join-Path (Split-Path (Split-Path $java)) 'release'
    if (Test-Path -LiteralPath $release) {
        $line = Get-Content -LiteralPath $release | Where-Object { $_ -match '^JAVA_VERSION="(\d+)' } | Select-Object -First 1
        if ($line -and $line -match '"(\d+)' -and [int]$Matches[1] -lt 17) {
            [Console]::Error.WriteLine("assay needs a Java 17 or newer, and $java is a $($Matches[1])")
            exit 3
        }
    }
}

if (-not $env:OMP_WAIT_POLICY) { $env:OMP_WAIT_POLICY = 'PASSIVE' }
$options = @('-Djava.awt.headless=true', '-Dfile.encoding=UTF-8', "-Dassay.home=$assayHome", '-cp', (Join-Path $assayHome (Join-Path 'lib' '*')))
$page = [Console]::OutputEncoding
$code = 3
try {
    [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
    $ErrorActionPreference = 'Continue'
    & $java @options dev.assay.reports.cli.AssayMain @args
    $code = $LASTEXITCODE
} finally {
    [Console]::OutputEncoding = $page
}
exit $code
