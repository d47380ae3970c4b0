# PowerShell completion for portguard: portguard completions powershell | Out-String | Invoke-Expression
# How many words stand before the cursor is said, too: Windows PowerShell hands no empty word to a program.
Register-ArgumentCompleter -Native -CommandName 'portguard', 'portguard.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $elements = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })
    $before = @($elements | Select-Object -Skip 1 | ForEach-Object { $_.Extent.Text })
    $program = $commandAst.CommandElements[0].Value
    $answer = @(& $program __complete $before.Count @before "$wordToComplete" 2>$null)
    if ($answer.Count -eq 0) { return }
    switch ($answer[0]) {
        'words' {
            $answer | Select-Object -Skip 1 | ForEach-Object {
                $value, $what = $_ -split "`t", 2
                if (-not $what) { $what = $value }
                [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $what)
            }
        }
        { $_ -in 'files', 'folders', 'command' } {
            # `--html=FILE`: only what stands behind `=` is a path.
            $flag, $path = if ($wordToComplete -match '^(--[^=]*=)(.*)$') { $Matches[1], $Matches[2] } else { '', $wordToComplete }
            $kind = if ($_ -eq 'folders') { @{ Directory = $true } } else { @{} }
            $folder = if ($path) { Split-Path $path } else { '' }
            Get-ChildItem -Path "$path*" @kind -ErrorAction SilentlyContinue | ForEach-Object {
                $value = if ($folder) { Join-Path $folder $_.Name } else { $_.Name }
                if ($value -match '\s') { $value = "'" + $value.Replace("'", "''") + "'" }
                [System.Management.Automation.CompletionResult]::new("$flag$value", $_.Name, 'ProviderItem', $_.FullName)
            }
        }
    }
}
