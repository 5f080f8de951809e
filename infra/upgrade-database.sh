#!/usr/bin/env bash
# Writes the database of an earlier version, with rides, payments and timers in flight, for the test that upgrades it
# (tests/RideBooking.Tests/Host/When_the_version_before_is_upgraded.cs).
#
#   infra/upgrade-database.sh COMMIT NAME       writes infra/upgrade/NAME.db.gz and NAME.json
#
# It builds that commit in a temporary worktree, so it needs the repository's history. The test needs only the files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
commit=${1:?a commit, such as efad9432}
name=${2:?a name, such as before-whole-ride}
worktree=$(mktemp -d)
trap 'git worktree remove --force "$worktree/source"; rm -rf "$worktree"' EXIT

git worktree add --quiet --detach "$worktree/source" "$commit"
tests=$worktree/source/tests/RideBooking.Tests
cp infra/upgrade/When_a_database_is_written.cs "$tests/Host/"
dotnet build "$tests" --nologo --verbosity quiet -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false
RIDEBOOKING_UPGRADE_DATABASE=$PWD/infra/upgrade/$name "$tests/bin/Debug/net10.0/RideBooking.Tests" -class '*When_a_database_is_written'
ls -l infra/upgrade/"$name".*
