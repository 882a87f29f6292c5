# Prints what zsh offers for each line of standard input, a word a line, and "." after the last one.
# zsh completes only within its line editor, which needs a terminal: it gets one that nobody sees.
emulate zsh
zmodload zsh/zpty || exit 2
export OFFERS=$HOME/offers TERM=dumb

cat >$HOME/editor.zsh <<'END'
PROMPT= RPROMPT= LISTMAX=100000
unsetopt auto_list beep
fpath=($COMPLETIONS/zsh $fpath)
autoload -Uz compinit && compinit -u -D
zmodload zsh/zutil

# Notes the words that builtin compadd takes, with what stands before them.
compadd() {
  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    local -a noted_words
    local -A noted_prefix
    builtin compadd -A noted_words "$@"
    zparseopts -E -A noted_prefix P: p:
    print -rl -- $IPREFIX${noted_prefix[-P]}${noted_prefix[-p]}$^noted_words >>$OFFERS
  fi
  builtin compadd "$@"
}

offer-words() {
  zle complete-word
  BUFFER=
  print . >>$OFFERS
}
zle -N offer-words
bindkey '^I' offer-words
print . >>$OFFERS
END

await_dots() {
  repeat 1000; do
    (( $(grep -cx '\.' $OFFERS) >= $1 )) && return
    sleep 0.02
  done
  print -u 2 'zsh did not answer'
  exit 2
}

touch $OFFERS
zpty editor zsh -f -i
zpty -w editor 'source $HOME/editor.zsh'
integer dots=1
await_dots dots
while IFS= read -r line; do
  zpty -w -n editor "$line"$'\t'
  await_dots $((++dots))
done
zpty -d editor
tail -n +2 $OFFERS
