using System.CommandLine;
using RideBooking.Benchmarks;
using RideBooking.Benchmarks.EventLog;
using RideBooking.Benchmarks.EventLog.Comparison;
using RideBooking.Benchmarks.Failures;
using RideBooking.Benchmarks.Matching;
using RideBooking.Benchmarks.Saga;
using RideBooking.Benchmarks.Streams;

var transport = new Option<Transport>("--transport") { Description = "The message transport." };
var database = new Option<Database>("--database") { Description = "The database of the rides." };
var rides = Number("--rides", 200, "Rides of the measured load.");
var inFlight = Number("--in-flight", 20, "The number of concurrent rides.");
var drivers = Number("--drivers", 0, "Drivers on duty; as many as rides in flight if 0.");
var oneByOne = Number(
    "--one-by-one",
    30,
    "Rides driven one at a time before the load, for the latency of an idle system."
);
var warmUp = Number(
    "--warm-up",
    100,
    "Rides driven first and not measured, for the just-in-time compiler and the pools."
);
var keys = new Option<bool>("--idempotency-keys") { Description = "Every POST carries an Idempotency-Key." };
var seed = Number("--seed", 1, "The seed for the places of riders and drivers.");
var json = new Option<bool>("--json")
{
    Description = "Writes the result as JSON on standard output; progress goes to standard error.",
};

var details = new Option<bool>("--details")
{
    Description = "Shows how often a ride executes each SQL statement and passes each queue.",
};
var history = Number("--history", 0, "Finished rides that the database holds before the load; PostgreSQL only.");
var halfLoad = Number(
    "--half-load",
    0,
    "Rides requested at half of the measured rides per second, to measure the lag of readers of the event log."
);

var drive = new Command("rides", "Drives complete rides, from the request to the captured payment, and measures them.")
{
    transport,
    database,
    rides,
    inFlight,
    drivers,
    oneByOne,
    warmUp,
    keys,
    seed,
    details,
    history,
    halfLoad,
    json,
};
drive.Validators.Add(parsed =>
{
    if (
        parsed.GetValue(history) is not 0 and var number
        && (number < 0 || parsed.GetValue(database) != Database.Postgres)
    )
        parsed.AddError("--history takes a number of rides, and --database postgres.");
});
drive.SetAction(
    (parsed, cancellationToken) =>
        RidesBenchmark.Run(
            new Settings(
                parsed.GetValue(transport),
                parsed.GetValue(database),
                parsed.GetValue(rides),
                parsed.GetValue(inFlight),
                parsed.GetValue(drivers) is > 0 and var some ? some : parsed.GetValue(inFlight),
                parsed.GetValue(oneByOne),
                parsed.GetValue(warmUp),
                parsed.GetValue(keys),
                parsed.GetValue(seed),
                parsed.GetValue(details),
                parsed.GetValue(history),
                parsed.GetValue(halfLoad)
            ),
            parsed.GetValue(json),
            cancellationToken
        )
);

var sagaTransport = new Option<Transport>("--transport")
{
    Description = "The message transport.",
    DefaultValueFactory = _ => Transport.RabbitMq,
};
var sagaDatabase = new Option<Database>("--database")
{
    Description = "The database of the sagas.",
    DefaultValueFactory = _ => Database.Postgres,
};
var sagaRides = Number("--rides", 5000, "Rides of the measured load.");
var sagaInFlight = Number("--in-flight", 200, "The number of concurrent rides.");
var sagaOneByOne = Number("--one-by-one", 200, "Rides one at a time, for the latency of an idle system.");
var sagaWarmUp = Number("--warm-up", 2000, "Rides that are not measured.");
var saga = new Command(
    "saga",
    "Drives a minimal ride saga, written only against the public names of MassTransit and its EF Core integration."
)
{
    sagaTransport,
    sagaDatabase,
    sagaRides,
    sagaInFlight,
    sagaOneByOne,
    sagaWarmUp,
};
saga.SetAction(
    (parsed, cancellationToken) =>
        SagaBenchmark.Run(
            parsed.GetValue(sagaTransport),
            parsed.GetValue(sagaDatabase),
            parsed.GetValue(sagaRides),
            parsed.GetValue(sagaInFlight),
            parsed.GetValue(sagaOneByOne),
            parsed.GetValue(sagaWarmUp),
            cancellationToken
        )
);

var replayRides = Number("--rides", 20_000, "Rides of 9 events each in the log.");
var replay = new Command("replay", "Computes each projection from a log of synthetic rides, on PostgreSQL.")
{
    replayRides,
};
replay.SetAction((parsed, cancellationToken) => ReplayBenchmark.Run(parsed.GetValue(replayRides), cancellationToken));

var appends = Number("--appends", 20_000, "Events appended one by one, in each round.");
var batches = Number("--batches", 2_000, "Batches of 50 events appended, in each round.");
var rebuilt = Number("--rebuilt", 200_000, "Events from which projections are rebuilt.");
var stored = Number("--stored", 1_000_000, "Events stored when rides are read at a version.");
var reads = Number("--reads", 3_000, "Rides read at a version, in each round.");
var rounds = Number("--rounds", 3, "Rounds; Marten and RideBooking alternate which goes first.");
var marten = new Command(
    "marten",
    "Compares the event log with Marten, on one private PostgreSQL. A part whose number is 0 is left out."
)
{
    appends,
    batches,
    rebuilt,
    stored,
    reads,
    rounds,
};
marten.SetAction(
    (parsed, cancellationToken) =>
        MartenBenchmark.Run(
            new ComparisonSizes(
                parsed.GetValue(appends),
                parsed.GetValue(batches),
                parsed.GetValue(rebuilt),
                parsed.GetValue(stored),
                parsed.GetValue(reads),
                parsed.GetValue(rounds)
            ),
            cancellationToken
        )
);

var loadedRides = Number("--rides", 500, "Rides of the full load; half of its rides per second is the constant rate.");
var loadedInFlight = Number("--in-flight", 100, "The number of concurrent rides of the full load, and of drivers.");
var loadedWarmUp = Number("--warm-up", 300, "Rides that are not measured.");
var failuresPerSecond = Number("--failures-per-second", 1000, "Failed messages per second beside the rides.");
var seconds = Number("--seconds", 60, "How long rides are requested at the constant rate, alone and beside failures.");
var alternations = Number("--rounds", 2, "Rounds; rides alone and rides beside failures alternate.");
var waiting = Number(
    "--stored",
    100_000,
    "Failed messages that wait when pages and actions are measured, with those of the actions."
);
var redriven = Number("--redriven", 10_000, "Messages of each of the two redrives.");
var discarded = Number("--discarded", 10_000, "Messages that are discarded, and restored.");
var repaired = Number("--repaired", 5_000, "Messages that a JSON patch repairs, 5000 at most.");
var browser = new Option<string?>("--browser")
{
    Description = "The path of Chromium, in which pages of the console are measured, too.",
};
var failures = new Command(
    "failures",
    "Measures failed messages on RabbitMQ and PostgreSQL: their way to the store beside rides, pages, redrives and repairs."
)
{
    loadedRides,
    loadedInFlight,
    loadedWarmUp,
    failuresPerSecond,
    seconds,
    alternations,
    waiting,
    redriven,
    discarded,
    repaired,
    browser,
    seed,
    json,
};
failures.SetAction(
    (parsed, cancellationToken) =>
        FailuresBenchmark.Run(
            new FailuresSettings(
                parsed.GetValue(loadedRides),
                parsed.GetValue(loadedInFlight),
                parsed.GetValue(loadedWarmUp),
                parsed.GetValue(failuresPerSecond),
                parsed.GetValue(seconds),
                parsed.GetValue(alternations),
                parsed.GetValue(waiting),
                parsed.GetValue(redriven),
                parsed.GetValue(discarded),
                parsed.GetValue(repaired),
                parsed.GetValue(seed),
                parsed.GetValue(browser)
            ),
            parsed.GetValue(json),
            cancellationToken
        )
);

var nearestDatabase = new Option<Database>("--database")
{
    Description = "The database of the drivers: postgres or sqlite.",
    DefaultValueFactory = _ => Database.Postgres,
};
var onDuty = Number("--drivers", 100_000, "Drivers on duty in one city.");
var searches = Number("--searches", 5_000, "Searches that are measured.");
var reports = Number("--reports-per-second", 0, "Location reports per second beside the searches.");
var nearest = new Command(
    "nearest-drivers",
    "Measures how long Matching takes to find the nearest drivers of a pickup."
)
{
    nearestDatabase,
    onDuty,
    searches,
    reports,
    seed,
};
nearest.SetAction(
    (parsed, cancellationToken) =>
        NearestDriversBenchmark.Run(
            parsed.GetValue(nearestDatabase),
            parsed.GetValue(onDuty),
            parsed.GetValue(searches),
            parsed.GetValue(reports),
            parsed.GetValue(seed),
            cancellationToken
        )
);

var openStreams = Number("--streams", 10_000, "Live streams that are open at the same time on one host.");
var changes = Number("--rate", 20, "Rides that are cancelled per second; each has 20 streams.");
var rest = Number("--rest", 60, "Seconds for which nothing happens on the open streams.");
var streams = new Command(
    "streams",
    "Opens many live streams of rides, and measures what they cost and how late events are."
)
{
    transport,
    database,
    openStreams,
    changes,
    rest,
};
streams.SetAction(
    (parsed, cancellationToken) =>
        StreamsBenchmark.Run(
            new StreamsSettings(
                parsed.GetValue(transport),
                parsed.GetValue(database),
                parsed.GetValue(openStreams),
                parsed.GetValue(changes),
                TimeSpan.FromSeconds(parsed.GetValue(rest)),
                TimeSpan.FromMinutes(5)
            ),
            cancellationToken
        )
);

var connection = new Argument<string>("connection");
var owner = new Argument<string>("owner");
var readSubscription = new Command("read-subscription", "Reads a subscription until it is killed, for a test.")
{
    connection,
    owner,
};
readSubscription.Hidden = true;
readSubscription.SetAction(
    (parsed, cancellationToken) =>
        SubscriptionProcess.Run(parsed.GetValue(connection)!, parsed.GetValue(owner)!, cancellationToken)
);
return await new RootCommand("RideBooking's benchmarks.")
{
    drive,
    saga,
    streams,
    failures,
    replay,
    marten,
    nearest,
    readSubscription,
}
    .Parse(args)
    .InvokeAsync();

static Option<int> Number(string name, int standard, string description) =>
    new(name) { Description = $"{description}", DefaultValueFactory = _ => standard };
