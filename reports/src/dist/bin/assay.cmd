@echo off
rem assay: the command, for cmd.exe and PowerShell. See README.txt beside this folder.
rem Names with % or ! or ^ or & in them: use assay.ps1 in the folder above.
rem Its variables are not called ASSAY_*: those are settings.
setlocal DisableDelayedExpansion
for %%I in ("%~dp0..") do set "_home=%%~fI"

if exist "%_home%\runtime\bin\java.exe" (
  set "_java=%_home%\runtime\bin\java.exe"
  goto found
)
if defined JAVA_HOME if exist "%JAVA_HOME%\bin\java.exe" (
  set "_java=%JAVA_HOME%\bin\java.exe"
  goto check
)
for %%J in (java.exe) do set "_java=%%~$PATH:J"
if not defined _java (
  echo assay needs a Java 17 or newer, and found none: no folder runtime in "%_home%", no JAVA_HOME, no java on the PATH 1>&2
  exit /b 3
)

:check
set "_version="
for /f "tokens=3" %%V in ('""%_java%" -version 2^>^&1 ^| "%SystemRoot%\System32\findstr.exe" /c:" version ""') do if not defined _version set "_version=%%~V"
for /f "delims=.-+" %%V in ("%_version%") do set "_version=%%V"
if not defined _version set "_version=0"
if %_version% LSS 17 (
  echo assay needs a Java 17 or newer, and "%_java%" is a %_version% 1>&2
  exit /b 3
)

:found
rem Assay writes UTF-8: the window shows it while the command runs, and has its own code page again afterwards.
for /f "tokens=2 delims=:." %%P in ('chcp') do set "_page=%%P"
chcp 65001 >nul 2>nul
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=PASSIVE"
"%_java%" -Djava.awt.headless=true -Dfile.encoding=UTF-8 "-Dassay.home=%_home%" -cp "%_home%\lib\*" dev.assay.reports.cli.AssayMain %*
set "_code=%ERRORLEVEL%"
if defined _page chcp %_page% >nul 2>nul
exit /b %_code%
