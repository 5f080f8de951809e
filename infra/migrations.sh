#!/usr/bin/env bash
# Adds a migration of the given name for each of the three databases, from the difference between the model and the last one.
#
#   infra/migrations.sh add NAME
#
# Databases of earlier versions exist, so a migration that was merged never changes: add another.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${1:-}" != add ] || [ -z "${2:-}" ]; then
    sed -n '2,6p' "$0" >&2
    exit 1
fi

dotnet build src/RideBooking.Host --nologo --verbosity quiet
for provider in Sqlite SqlServer Postgres; do
    dotnet ef migrations add "$2" --no-build --project src/RideBooking.Migrations --startup-project src/RideBooking.Host \
        --context "${provider}AppDbContext" --output-dir "$provider" | grep -v -e '^Done' || true
done
