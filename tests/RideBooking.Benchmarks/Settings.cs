namespace RideBooking.Benchmarks;

/// <summary>What carries the messages.</summary>
enum Transport
{
    InMemory,
    RabbitMq,
}

/// <summary>Where the rides are kept.</summary>
enum Database
{
    Sqlite,
    Postgres,
    SqlServer,
}

/// <summary>One run.</summary>
/// <param name="Transport">What carries the messages.</param>
/// <param name="Database">Where the rides are kept.</param>
/// <param name="Rides">Rides of the measured load.</param>
/// <param name="InFlight">Rides under way at a time.</param>
/// <param name="Drivers">Drivers on duty.</param>
/// <param name="OneByOne">Rides driven one at a time before the load.</param>
/// <param name="WarmUp">Rides driven first and not measured.</param>
/// <param name="IdempotencyKeys">Whether every POST carries a key.</param>
/// <param name="Seed">Of the places where riders and drivers are.</param>
/// <param name="Details">Whether to show where messages and round trips go.</param>
/// <param name="History">Finished rides in the database before any part begins.</param>
sealed record Settings(
    Transport Transport,
    Database Database,
    int Rides,
    int InFlight,
    int Drivers,
    int OneByOne,
    int WarmUp,
    bool IdempotencyKeys,
    int Seed,
    bool Details,
    int History
);
