#!/usr/bin/env bash
# The schema's migrations, one set for each database, made from the model as it is.
#
#   infra/migrations.sh add NAME   adds a migration of that name to all three
#   infra/migrations.sh reset      replaces everything by one initial migration (only until the first release)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=src/RideBooking.Migrations

add() {
    for provider in Sqlite SqlServer Postgres; do
        dotnet ef migrations add "$1" --no-build --project src/RideBooking.Migrations --startup-project src/RideBooking.Host \
            --context "${provider}AppDbContext" --output-dir "$provider" | grep -v -e '^Done' || true
    done
}

case "${1:-}" in
add)
    : "${2:?a name, such as AddRatings}"
    dotnet build src/RideBooking.Host --nologo --verbosity quiet
    add "$2"
    ;;
reset)
    rm -rf $folder/*/
    dotnet build src/RideBooking.Host --nologo --verbosity quiet
    add Initial
    # A fixed time, so that resetting again changes only what the model changed.
    for file in $folder/*/*_Initial*.cs; do
        sed -i -E 's/"[0-9]{14}_Initial"/"20260101000000_Initial"/' "$file"
        mv "$file" "$(echo "$file" | sed -E 's/[0-9]{14}_Initial/20260101000000_Initial/')"
    done
    dotnet build src/RideBooking.Host --nologo --verbosity quiet
    ;;
*)
    sed -n '2,5p' "$0" >&2
    exit 1
    ;;
esac
