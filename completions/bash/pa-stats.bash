# Completion of pa-stats for bash. Made by `make manual`.

_pa_stats_files() {
  local name
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || ${name,,} =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}

_pa_stats() {
  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} word
  # bash takes --name=value for three words.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $option == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $option in
    --against) _pa_stats_files ''; return ;;
    --pairs) _pa_stats_files ''; return ;;
    --qrels) _pa_stats_files ''; return ;;
    --min-relevance) :; return ;;
    --terms) _pa_stats_files ''; return ;;
    --log) _pa_stats_files ''; return ;;
    --input-format) COMPREPLY=($(compgen -W 'auto tsv jsonl kaldi' -- "$current")); return ;;
    --format) COMPREPLY=($(compgen -W 'text json svg' -- "$current")); return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '--against --pairs --qrels --min-relevance --terms --log --input-format --format --progress -q --quiet -v --verbose -h --help --version' -- "$current"))
    return
  fi
  _pa_stats_files ''
}
complete -o filenames -F _pa_stats pa-stats
