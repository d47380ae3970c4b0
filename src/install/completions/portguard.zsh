#compdef portguard
# zsh completion for portguard: source <(portguard completions zsh), behind compinit; or a file `_portguard` in fpath,
# whose first call only loads it, so it calls itself again.
_portguard() {
  local -a lines whole open
  local line entry
  local -i at
  lines=("${(@f)$("${words[1]}" __complete $((CURRENT - 2)) "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  case "${lines[1]}" in
    files)
      compset -P '--*='
      _files
      ;;
    folders)
      compset -P '--*='
      _files -/
      ;;
    command)
      at=${words[(i)--]}
      shift $at words
      ((CURRENT -= at))
      _normal
      ;;
    words)
      for line in "${(@)lines[2,-1]}"; do
        entry="${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}"
        if [[ ${line%%$'\t'*} == *[=:/] ]]; then open+=("$entry"); else whole+=("$entry"); fi
      done
      _describe portguard whole
      _describe portguard open -S ''
      ;;
  esac
}
if [[ ${funcstack[1]} == _portguard ]]; then _portguard "$@"; else compdef _portguard portguard; fi
