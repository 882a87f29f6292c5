# Completion of pa-train for bash. Made by `make manual`.

_pa_train_files() {
  local name
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || ${name,,} =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}

# Model files and the names of installed models.
_pa_train_models() {
  local folder name
  _pa_train_files '\.safetensors$'
  folder=$(readlink -f "$(type -P pa-train)")
  for name in "${folder%/bin/*}"/share/pairalign/*.safetensors; do
    name=${name##*/}
    COMPREPLY+=($(compgen -W "${name%.safetensors}" -- "$current"))
  done
}

_pa_train() {
  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} word
  # bash takes --name=value for three words.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $option == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $option in
    -o | --output) _pa_train_files ''; return ;;
    --recipe) _pa_train_files '\.json$'; return ;;
    --stage) COMPREPLY=($(compgen -W 'geometric fixed-teacher ema-teacher chance' -- "$current")); return ;;
    --from) _pa_train_models; return ;;
    --steps) :; return ;;
    --seed) :; return ;;
    --valid) _pa_train_files '/$'; return ;;
    --noise) _pa_train_files '/$'; return ;;
    --log) _pa_train_files ''; return ;;
    --words) _pa_train_files ''; return ;;
    --speakers) _pa_train_files ''; return ;;
    --pairs) _pa_train_files ''; return ;;
    --precision) COMPREPLY=($(compgen -W 'auto f32 bf16' -- "$current")); return ;;
    -j | --jobs) :; return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '-o --output --recipe --print-recipe --stage --from --resume --force --steps --seed --valid --noise --log --words --speakers --pairs --precision -j --jobs --progress -q --quiet -v --verbose -h --help --version' -- "$current"))
    return
  fi
  _pa_train_files '\.(wav|wave|bwf|flac|ogg|oga|opus|spx|mp3|mp2|aif|aiff|aifc|au|snd|caf|w64|rf64|sph|nist|voc|pvf|m4a|m4b|aac|3gp|3g2|3ga|amr|awb|wma|mka|ac3|wv|ape|mpc|tta|ra|dsf|webm|weba|mp4|m4v|mov|mkv|ogv|avi|flv|wmv|mpg|mpeg)$'
}
complete -o filenames -F _pa_train pa-train
