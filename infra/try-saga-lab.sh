#!/usr/bin/env bash
# Packs RideBooking.Testing and its templates, and takes the steps of a new user with the packages just packed, outside of the
# repository: sagas from the template, with difficult names and in a repository with central package versions, tested from the
# solution's root; and the core of the lab's own tests with the oldest and the newest MassTransit.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$repository"

address=(-p:RepositoryUrl=https://example.org/ridebooking)
dotnet pack src/RideBooking.Testing --nologo -v quiet -o "$place/packages" -p:AllTargets=true "${address[@]}"
dotnet pack templates/RideBooking.Testing.Templates.csproj --nologo -v quiet -o "$place/packages" "${address[@]}"

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

echo "== Sagas from the template"
mkdir "$place/sagas" && cd "$place/sagas"
cat >Directory.Packages.props <<EOF
<Project>
  <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
</Project>
EOF
dotnet new sln -n All >/dev/null
for name in Booking Acme.Shipping ride-booking class Event; do
    dotnet new saga-lab -n "$name" "${hive[@]}" >/dev/null
    dotnet sln add "$name" >/dev/null
done
ls
dotnet test
echo '{ "test": { "runner": "Microsoft.Testing.Platform" } }' >global.json
dotnet test

echo "== The core of the lab's tests, with the oldest and the newest MassTransit"
tests=$repository/tests/RideBooking.Testing.Tests
for version in 8.3.0 8.5.12; do
    mkdir "$place/core-$version" && cd "$place/core-$version"
    cat >core.csproj <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <OutputType>Exe</OutputType>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
    <InvariantGlobalization>true</InvariantGlobalization>
  </PropertyGroup>
  <ItemGroup>
    <Compile Include="$tests/GlobalUsings.cs;$tests/Analysis/*.cs;$tests/Exploration/*.cs;$tests/Lab/*.cs;$tests/BrokenMachines/*.cs;$tests/Parcels/ParcelMachine.cs" />
    <Compile Include="$tests/../RideBooking.TestKit/Machines/*.cs" />
    <PackageReference Include="MassTransit" Version="$version" />
    <PackageReference Include="RideBooking.Testing" Version="1.0.0" />
    <PackageReference Include="Shouldly" Version="4.2.1" />
    <PackageReference Include="xunit.v3" Version="4.0.2" />
  </ItemGroup>
</Project>
EOF
    dotnet run
done
