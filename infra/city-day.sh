#!/usr/bin/env bash
# Plays 24 hours of a city on virtual time, prints a report, and reconciles it to the cent. Ends with 1 if anything does not.
#
#   infra/city-day.sh [--rides NUMBER] [--seed NUMBER]
#
# 2,000 rides by default, which takes some eight minutes on two cores. The same seed and number give the same report.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rides=2000 seed=1
while [ $# -gt 0 ]; do
    case "$1" in
    --rides) rides=${2:?} ;;
    --seed) seed=${2:?} ;;
    *)
        sed -n '2,6p' "$0" >&2
        exit 1
        ;;
    esac
    shift 2
done

dotnet build tests/RideBooking.Tests --configuration Release --nologo --verbosity quiet
RIDEBOOKING_DAY_RIDES=$rides RIDEBOOKING_DAY_SEED=$seed Logging__LogLevel__Default=Error \
    tests/RideBooking.Tests/bin/Release/net10.0/RideBooking.Tests -class '*When_a_city_lives_a_day' -noColor
