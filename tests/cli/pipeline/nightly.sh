# What cron runs: only new and changed files are tokenised, the other records stay as they are; also with
# nothing to do, before there is an archive, and with --skip instead of --missing.
mkdir talks
cp audio/talks/* talks/
nightly() { find talks -type f | sort | pa-index --missing a.pai | tee listed | pa-tokenize | pa-index -v a.pai; }
records() { pa-index --dump "$1" | grep -v '^#' | sort; }
nightly 2>&1 | sed 's/[0-9][0-9]* records added/N records added/; s/[0-9][0-9]* in all/N in all/'
[ "$(wc -l <listed)" -eq "$(ls talks | wc -l)" ] && echo "all at first"
records a.pai >first
echo "-- nothing to do"
nightly
wc -l <listed
records a.pai | cmp - first
[ -z "$(pa-tokenize --skip a.pai talks | grep -v '^#')" ] && echo "--skip passes over all"
echo "-- one changed, one new"
file=$(ls talks/* | head -n 1)
cp audio/query.opus "$file"
cp audio/query.opus talks/zz-new.opus
pa-tokenize --skip a.pai talks | grep -v '^#' | cut -f 1 | sed "s|$file|CHANGED|"
nightly
sed "s|$file|CHANGED|" listed
records a.pai | cut -f 1 | sort | uniq -d
records a.pai | diff first - | grep '^[<>]' | cut -f 1 | sed "s|$file|CHANGED|"
pa-index --check a.pai
