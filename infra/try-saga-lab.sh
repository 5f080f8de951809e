#!/usr/bin/env bash
# Packs RideBooking.Testing and its templates, makes a saga from the template in a folder outside of the repository, against
# the packages just packed, and runs its tests: the steps of a new user, checked before the release.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

dotnet pack src/RideBooking.Testing --nologo -v quiet -o "$place/packages"
dotnet pack templates/RideBooking.Testing.Templates.csproj --nologo -v quiet -o "$place/packages"

# Settings, templates and packages are of this try only, so that nothing older is found; what else is needed may come from
# the cache that is there.
hive=(--debug:custom-hive "$place/hive")
export NUGET_FALLBACK_PACKAGES=${NUGET_PACKAGES:-$HOME/.nuget/packages} NUGET_PACKAGES=$place/cache
cat >"$place/nuget.config" <<EOF
<configuration>
  <packageSources><add key="just-packed" value="$place/packages" /></packageSources>
</configuration>
EOF
dotnet new install "$place"/packages/RideBooking.Testing.Templates.*.nupkg "${hive[@]}" >/dev/null
cd "$place"
dotnet new saga-lab -n Booking "${hive[@]}"
cd Booking
ls
dotnet test
