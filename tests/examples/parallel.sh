#!/usr/bin/env bash
# examples/cluster with GNU parallel: on this host, and on two "hosts" behind an sshd of our own, where
# there is one to start.
. "$(dirname "$0")/check.sh"
needs parallel
cluster=$examples/cluster
# GNU parallel keeps files below the home folder.
export HOME=$scratch PARALLEL_HOME=$scratch/.parallel
mkdir audio
cp -r "$talks" 'audio/the talks'
folder=$scratch/audio
pa-tokenize "$folder" | pa-index whole.pai
records() { pa-index --dump "$1" | grep -v '^#' | sort; }
records whole.pai >wanted

# Every recording is in one list, and the lists are about as large as one another.
"$cluster/make-shards.sh" audio 4 shards
cat shards/*.list | tr '\0' '\n' | sort | diff - <(find audio -type f | sort) || fail 'not all are dealt'
for list in shards/*.list; do xargs -0 cat <"$list" | wc -c; done | sort -n >sizes
awk 'NR == 1 { least = $1 } END { exit !(NR == 4 && $1 < 1.2 * least) }' sizes || fail 'uneven lists'

"$cluster/parallel-archive.sh" -n 3 audio local.pai 2>messages || fail "$(cat messages)"
records local.pai | diff wanted - || fail 'not the records of one call of pa-tokenize'
[ ! -e local.pai.parts ] || fail 'parts are left'

# The one line of the README, and the search in shards.
find "$folder" -name '*.opus' | sort | parallel --will-cite --pipe -N 5 -k pa-tokenize |
  pa-index pipe.pai
records pipe.pai | diff wanted - || fail 'not the same records through --pipe'
for list in shards/*.list; do
  tr '\0' '\n' <"$list" | pa-tokenize | pa-index "part-$(basename "$list" .list).pai"
done
pa-tokenize "$examples/audio/query.opus" audio/the*/garden.opus >queries.tsv
find . -name 'part-*.pai' | parallel --will-cite pa-search {} queries.tsv -k 3 '>' {}.tsv
"$cluster/merge-hits.sh" 3 part-*.tsv | cut -f 1-4 | LC_ALL=C sort >hits
pa-search part-*.pai queries.tsv -k 3 | cut -f 1-4 | LC_ALL=C sort | diff - hits || fail 'other hits'
[ "$(wc -l <hits)" -eq 6 ] || fail 'not three hits for each query'

# A recording that cannot be read is named, and the others are archived.
echo nothing >audio/broken.flac
status=0
"$cluster/parallel-archive.sh" -n 3 audio broken.pai 2>messages || status=$?
[ "$status" -eq 2 ] || fail "with a broken file: $status"
has messages 'pa-tokenize: .*broken.flac'
records broken.pai | diff wanted - || fail 'a broken file takes others with it'
rm audio/broken.flac

# Interrupted: what is done is not done again.
"$cluster/make-shards.sh" "$folder" 3 again.pai.parts
"$cluster/archive-shard.sh" again.pai.parts/1.list again.pai.parts/1.pai
sed -z -n 1p again.pai.parts/1.list | tr '\0' '\n' | pa-index --remove again.pai.parts/1.pai
"$cluster/parallel-archive.sh" audio again.pai 2>messages || fail "$(cat messages)"
[ "$(records again.pai | wc -l)" -eq 11 ] || fail 'a shard that was done is done again'

has messages 'parallel-archive: resuming with the lists in .*added since are left out'

# What the tools read is what is dealt; a folder that cannot be listed leaves no half of the lists behind.
mkdir -p few/locked bin
for name in a.opus b.aiff c.m4a d.wma locked/e.wav; do cp "$talks/garden.opus" "few/$name"; done
"$cluster/make-shards.sh" few 2 few.shards
pa-stats -q --quick --format tsv few | sed 1d | cut -f 1 | sort >few.wanted
cat few.shards/*.list | tr '\0' '\n' | sort | diff few.wanted - || fail 'not what the tools read is dealt'
cat >bin/find <<END
#!/bin/sh
$(command -v find) "\$@" | head -z -n 2
echo 'find: few/locked: Input/output error' >&2
exit 1
END
chmod +x bin/find
for _ in 1 2; do
  status=0
  PATH=$PWD/bin:$PATH "$cluster/parallel-archive.sh" -n 2 few few.pai 2>messages || status=$?
  [ "$status" -eq 2 ] || fail "not completely listed: $status"
  has messages 'few/locked: Input/output error'
  [ ! -e few.pai ] && [ ! -e few.pai.parts ] || fail 'half of the recordings are archived'
done

command -v sshd >/dev/null || {
  echo 'no sshd: tried on this host only'
  exit 0
}
port=$((20000 + $$ % 20000))
ssh-keygen -q -t ed25519 -N '' -f host_key
ssh-keygen -q -t ed25519 -N '' -f user_key
cp user_key.pub authorized_keys
chmod 700 "$scratch"
cat >sshd_config <<END
Port $port
ListenAddress 127.0.0.1
HostKey $scratch/host_key
AuthorizedKeysFile $scratch/authorized_keys
PidFile $scratch/sshd.pid
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
StrictModes no
END
cat >ssh_config <<END
Host one two
  HostName 127.0.0.1
  Port $port
  IdentityFile $scratch/user_key
  StrictHostKeyChecking no
  UserKnownHostsFile $scratch/known_hosts
  LogLevel ERROR
END
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
"$(command -v sshd)" -f "$scratch/sshd_config" -E "$scratch/sshd.log"
clean_up() {
  [ ! -e "$scratch/sshd.pid" ] || kill "$(cat "$scratch/sshd.pid")"
  rm -rf "$scratch"
}
for _ in $(seq 50); do
  ssh -F ssh_config one true 2>messages && break
  sleep 0.1
done
ssh -F ssh_config one true 2>messages || fail "sshd: $(cat messages sshd.log)"
ssh_to() { printf '1/ssh -F %s/ssh_config %s' "$scratch" "$1"; }
"$cluster/parallel-archive.sh" -S "$(ssh_to one),$(ssh_to two)" -n 4 audio remote.pai 2>messages ||
  fail "$(cat messages)"
records remote.pai | diff wanted - || fail 'over ssh: not the same records'
[ "$(grep -c 'Accepted publickey' sshd.log)" -gt 2 ] || fail 'nothing has gone over ssh'
