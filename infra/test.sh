#!/usr/bin/env bash
# Runs every test, with nothing left out for the lack of a server.
#
#   infra/test.sh                                           everything
#   infra/test.sh --filter-class '*RideStateMachineTests'   only some (any option of `dotnet test` is passed on)
#
# The tests start their own servers. This script only installs what they need: on Debian and Ubuntu PostgreSQL, RabbitMQ,
# Prometheus, Chromium for the console and the Python library pika with apt where they are missing (as root or through sudo; the
# packages' own services are not started), and npm for the validator of AsyncAPI. Elsewhere the tests use containers of PostgreSQL
# and RabbitMQ; install the others yourself. To use servers of your own instead, name them:
#
#   RIDEBOOKING_TEST_POSTGRES   connection string        RIDEBOOKING_TEST_RABBITMQ   amqp URI (with the management plugin)
#   RIDEBOOKING_TEST_SQLSERVER  connection string (SQL Server cases exist only when this is set)
#
# Results are left as TRX files in artifacts/test-results.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

has_postgres() { [ -n "${RIDEBOOKING_TEST_POSTGRES:-}" ] || command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
has_prometheus() { command -v prometheus && command -v promtool; }
has_pika() { /usr/bin/python3 -c 'import pika' 2>&1; }
has_rabbitmq() { [ -n "${RIDEBOOKING_TEST_RABBITMQ:-}" ] || command -v rabbitmq-server || [ -x /usr/sbin/rabbitmq-server ]; }

# Installs Debian packages without letting them start or enable their services: the tests want none of those.
install_quietly() {
    echo "== Installing $* with apt"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "   Neither root nor sudo: not installed. The tests will try containers." >&2
            return
        fi
        as_root=(sudo)
    fi
    "${as_root[@]}" bash -s -- "$@" <<'AS_ROOT'
        set -euo pipefail
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ]; then
            printf '#!/bin/sh\nexit 101\n' >$policy
            chmod +x $policy
            trap 'rm -f $policy' EXIT
        fi
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends "$@" </dev/null
        if [ -d /run/systemd/system ]; then
            for package in "$@"; do
                case $package in
                npm | python3-pika | chromium) ;; # no service
                *) systemctl disable --quiet "$package" ;;
                esac
            done
        fi
AS_ROOT
}

if command -v apt-get >/dev/null; then
    missing=()
    has_postgres >/dev/null || missing+=(postgresql)
    has_rabbitmq >/dev/null || missing+=(rabbitmq-server)
    has_prometheus >/dev/null || missing+=(prometheus)
    has_pika >/dev/null || missing+=(python3-pika)
    command -v npm >/dev/null || missing+=(npm)
    [ -x /usr/bin/chromium ] || missing+=(chromium)
    [ ${#missing[@]} = 0 ] || install_quietly "${missing[@]}"
fi

# The validator of AsyncAPI, which AsyncApiDocumentTests runs. npm takes it from its cache where it can.
validator=tests/RideBooking.Tests/Schemas/AsyncApi
if [ ! -d $validator/node_modules ]; then
    echo "== Installing the validator of AsyncAPI with npm, while the solution builds"
    npm ci --prefix $validator --prefer-offline --ignore-scripts --no-audit --no-fund --silent &
fi

if [ -z "${RIDEBOOKING_TEST_SQLSERVER:-}" ]; then
    echo "== SQL Server: RIDEBOOKING_TEST_SQLSERVER names no server, so its cases are not part of this run."
fi

echo "== Building"
dotnet build RideBooking.sln --nologo --verbosity quiet
# The tests start a host more than a hundred times. With native code each start takes half the time.
case " $* " in
*" --filter"*) ;;
*)
    dotnet publish src/RideBooking.Host --configuration Debug --property PublishReadyToRun=true --output artifacts/host \
        --nologo --verbosity quiet
    export RIDEBOOKING_TEST_HOST=$PWD/artifacts/host/RideBooking.Host.dll
    ;;
esac
wait

echo "== Testing"
rm -rf artifacts/test-results
# Short-lived processes do not live to see what profiling their code would gain them.
export DOTNET_TieredPGO=0
# A filter may leave a project without tests (exit code 8), but not the whole run. One project at a time, so that tests of
# timing and load do not compete with each other.
RIDEBOOKING_REQUIRE_INFRASTRUCTURE=1 dotnet test --solution RideBooking.sln --no-build \
    --max-parallel-test-modules 1 --ignore-exit-code 8 --minimum-expected-tests 1 \
    --results-directory artifacts/test-results --report-xunit-trx "$@"
