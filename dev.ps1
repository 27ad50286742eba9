# Windows twin of dev.sh: sets up what is missing, then does one thing.
#   .\dev.ps1 run     the program on demo data
#   .\dev.ps1 test    lint, layer rules, the tests that need no Unix server (words after it go to pytest)
#   .\dev.ps1 bench   the measurements
#   .\dev.ps1 setup   only the set-up
#   .\dev.ps1 lock    refresh requirements.lock from pyproject.toml
# Where scripts are not allowed:  powershell -ExecutionPolicy Bypass -File dev.ps1 run
$Task, $Rest = $args  # no param block: -k and other words for pytest pass through untouched
if (-not $Task) { $Task = 'help' }
$Rest = @($Rest | Where-Object { $null -ne $_ })
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot
$env:PYTHONUTF8 = '1'
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
$Python = Join-Path $PSScriptRoot '.venv\Scripts\python.exe'

# A program's exit code does not stop PowerShell by itself.
function Invoke-Checked {
    param([string]$Program, [string[]]$Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

# The newest Python of 3.11 to 3.14 that the launcher or PATH offers, as a command line; $null when there is none.
function Find-Python {
    $check = 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'
    $candidates = @('py -3.13', 'py -3.12', 'py -3.11', 'py -3.14', 'py -3', 'python', 'python3')
    foreach ($candidate in $candidates) {
        $words = $candidate.Split(' ')
        if (-not (Get-Command $words[0] -ErrorAction SilentlyContinue)) { continue }
        $arguments = @($words | Select-Object -Skip 1) + @('-c', $check)
        # Redirected errors must not stop the script: Windows' own "python" is a sign that leads to the shop.
        $ErrorActionPreference = 'Continue'
        & $words[0] @arguments 2>$null | Out-Null
        $found = $LASTEXITCODE -eq 0
        $ErrorActionPreference = 'Stop'
        if ($found) { return , $words }
    }
    return $null
}

# Same content, same place: nothing to do.
function Get-Stamp {
    $hashes = foreach ($file in 'requirements.lock', 'pyproject.toml') { (Get-FileHash -Algorithm SHA256 -LiteralPath $file).Hash }
    return "$PSScriptRoot $($hashes -join ' ')"
}

function Initialize-Environment {
    $stampFile = '.venv\stamp'
    $stamp = Get-Stamp
    if ((Test-Path $stampFile) -and (Test-Path $Python) -and ((Get-Content -Raw $stampFile).Trim() -eq $stamp)) { return }
    $base = Find-Python
    if ($null -eq $base) {
        Write-Host 'Missing: Python 3.11 or newer, 64-bit. Install it with:  winget install --exact --id Python.Python.3.13'
        Write-Host 'Còn thiếu: Python 3.11 trở lên, bản 64-bit. Cài bằng lệnh trên, mở cửa sổ lệnh mới rồi chạy lại.'
        exit 2
    }
    Write-Host 'Setting up .venv (first time: a few minutes)'
    if (-not (Test-Path $Python)) {
        $arguments = @($base | Select-Object -Skip 1) + @('-m', 'venv', '--clear', '.venv')
        Invoke-Checked $base[0] $arguments
    }
    # pip, not uv: uv is in the lock, and Windows does not let a running program replace itself.
    $pip = @('-m', 'pip', 'install', '-q', '--disable-pip-version-check')
    Invoke-Checked $Python ($pip + @('--require-hashes', '-r', 'requirements.lock'))
    Invoke-Checked $Python ($pip + @('--no-deps', '--no-build-isolation', '-e', '.'))
    Set-Content -LiteralPath $stampFile -Value $stamp -Encoding UTF8
}

switch ($Task) {
    'run' {
        Initialize-Environment
        Invoke-Checked '.venv\Scripts\counter-app.exe' (@('demo') + $Rest)
    }
    'test' {
        Initialize-Environment
        Invoke-Checked '.venv\Scripts\ruff.exe' @('check', '.')
        Invoke-Checked '.venv\Scripts\lint-imports.exe' @()
        $cores = [Math]::Min(4, [Math]::Max(2, [Environment]::ProcessorCount))
        $options = @('-m', 'pytest', '-n', "$cores", '--dist', 'loadgroup', '--no-loadscope-reorder', '-m', 'not unix_servers')
        Invoke-Checked $Python ($options + $Rest)
    }
    'bench' {
        Initialize-Environment
        Invoke-Checked $Python (@('-m', 'benchmarks') + $Rest)
    }
    'setup' { Initialize-Environment }
    'lock' {
        Initialize-Environment
        # What pip uses here, uv is told: it does not read pip's configuration.
        $env:UV_PYTHON_DOWNLOADS = 'never'
        $ErrorActionPreference = 'Continue'
        $index = & $Python -m pip config get global.index-url 2>$null
        $ErrorActionPreference = 'Stop'
        if ($index -and -not $env:UV_DEFAULT_INDEX) { $env:UV_DEFAULT_INDEX = $index }
        $options = @('pip', 'compile', '-q', '--universal', '--generate-hashes', '--no-header', '--all-extras', '--python-version', '3.11')
        Invoke-Checked '.venv\Scripts\uv.exe' ($options + $Rest + @('pyproject.toml', '-o', 'requirements.lock'))
        Initialize-Environment
    }
    default {
        Get-Content -LiteralPath $PSCommandPath -TotalCount 7 -Encoding UTF8 | ForEach-Object { $_ -replace '^# ?', '' } | Write-Host
        exit 2
    }
}
