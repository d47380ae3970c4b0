# fish completion for portguard: portguard completions fish | source
function __portguard_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    test (count $typed) -gt 0; or set typed ""
    set -l lines ($words[1] __complete (math (count $words) - 1) $words[2..-1] $typed 2>/dev/null)
    set -l flag (string match -r -- '^--[^=]*=' $typed)
    set -l rest (string replace -r -- '^--[^=]*=' '' $typed)
    switch "$lines[1]"
        case files
            __fish_complete_path "$rest" | string replace -r -- '^' "$flag"
        case folders
            __fish_complete_directories "$rest" | string replace -r -- '^' "$flag"
        case command
            set -l dashes (contains -i -- -- $words)
            set -l before (string join ' ' -- (string escape -- $words[(math $dashes + 1)..-1]))
            complete -C "$before $typed"
        case words
            printf '%s\n' $lines[2..-1]
    end
end
complete -c portguard -f -a '(__portguard_complete)'
