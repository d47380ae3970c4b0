# bash completion for portguard: source <(portguard completions bash)
#
# For bash 3.2 (what macOS has) and later. `=` and `:` end a word there (COMP_WORDBREAKS), so `--if-held=wait` comes in
# three: what has no space before it belongs to the word in front, and of an answer only the rest is put in.
_portguard() {
  local line="${COMP_LINE:0:COMP_POINT}" words=() word rest i dashes=-1
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    rest="${line#"${line%%[![:space:]]*}"}"
    ((i == COMP_CWORD)) && word="$rest"
    [[ $word == -- && $dashes -lt 0 && $i -lt $COMP_CWORD ]] && dashes=$i
    if ((i == 0)) || [[ $rest != "$line" ]]; then words+=("$word"); else words[${#words[@]}-1]+="$word"; fi
    line="${rest#"$word"}"
  done
  local typed="${words[${#words[@]}-1]}" prefix="" mark
  for mark in = :; do
    [[ $COMP_WORDBREAKS == *"$mark"* && $typed == *"$mark"* ]] || continue
    word="${typed%"${typed##*"$mark"}"}"
    ((${#word} > ${#prefix})) && prefix="$word"
  done
  local IFS=$'\n' answer value
  answer=$("${words[0]}" __complete $((${#words[@]} - 2)) "${words[@]:1}" 2>/dev/null) || return 0
  COMPREPLY=()
  case "${answer%%$'\n'*}" in
    files)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "${typed#"$prefix"}"))
      ;;
    folders)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -d -- "${typed#"$prefix"}"))
      ;;
    command)
      if declare -F _command_offset >/dev/null; then
        IFS=$' \t\n'
        _command_offset $((dashes + 1))
      elif ((COMP_CWORD == dashes + 1)); then
        COMPREPLY=($(compgen -c -- "$typed"))
      else
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$typed"))
      fi
      ;;
    words)
      for value in ${answer#words}; do
        value="${value%%$'\t'*}"
        COMPREPLY+=("${value#"$prefix"}")
      done
      [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=:/] ]] && compopt -o nospace 2>/dev/null
      ;;
  esac
  return 0
}
complete -F _portguard portguard
