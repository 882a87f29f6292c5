# Completion of pa-index for bash. Made by `make manual`.

_pa_index_files() {
  local name
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || ${name,,} =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}

# Archives; where there is none, folders that may hold some.
_pa_index_archives() {
  local name others=()
  while IFS= read -r name; do
    if [[ $name == *.pai ]]; then COMPREPLY+=("$name"); else others+=("$name"); fi
  done < <(compgen -d -- "$current")
  if [[ ${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=("${others[@]}"); fi
}

_pa_index() {
  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} word
  # bash takes --name=value for three words.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $option == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $option in
    --salvage) :; return ;;
    --pack) COMPREPLY=($(compgen -W 'fixed entropy' -- "$current")); return ;;
    --index) COMPREPLY=($(compgen -W 'pairs none' -- "$current")); return ;;
    --commit-every) :; return ;;
    --wait) :; return ;;
    --prefix) :; return ;;
    --input-format) COMPREPLY=($(compgen -W 'auto tsv jsonl kaldi' -- "$current")); return ;;
    --format) COMPREPLY=($(compgen -W 'tsv jsonl kaldi km ctm audacity textgrid eaf text json' -- "$current")); return ;;
    -j | --jobs) :; return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '--dump --info --check --missing --remove --merge --prune --salvage -0 --null --pack --index --commit-every --wait --no-compact --checksum --moved --replace --prefix --force -n --dry-run --input-format --format -j --jobs --progress -q --quiet -v --verbose -h --help --version' -- "$current"))
    return
  fi
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then _pa_index_files ''; return; fi
  done
  _pa_index_archives
}
complete -o filenames -F _pa_index pa-index
