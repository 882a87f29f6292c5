#!/usr/bin/env bash
# Whether all places that name the version say what VERSION says.
set -u
cd "$(dirname "$0")/.."
version=$(cat VERSION)
series=${version%.*}  # as in the soname
status=0
look() {  # FILE, a pattern that it must have
  grep -Eq -- "$2" "$1" || { echo "check-version: $1 does not say $2" >&2; status=1; }
}
look CHANGELOG.md "^## $version( |\$)"
look CITATION.cff "^version: $version\$"
look debian/changelog "^pairalign \($version-"
look debian/control "^Package: libpairalign$series\$"
[ -e "debian/libpairalign$series.install" ] ||
  { echo "check-version: there is no debian/libpairalign$series.install" >&2; status=1; }
exit $status
