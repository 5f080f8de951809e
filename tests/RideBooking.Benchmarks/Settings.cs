namespace RideBooking.Benchmarks;

/// <summary>The message transport.</summary>
enum Transport
{
    InMemory,
    RabbitMq,
}

/// <summary>The database of the rides.</summary>
enum Database
{
    Sqlite,
    Postgres,
    SqlServer,
}

/// <summary>The settings of one run.</summary>
/// <param name="Transport">The message transport.</param>
/// <param name="Database">The database of the rides.</param>
/// <param name="Rides">Rides of the measured load.</param>
/// <param name="InFlight">The number of concurrent rides.</param>
/// <param name="Drivers">Drivers on duty.</param>
/// <param name="OneByOne">Rides driven one at a time before the load.</param>
/// <param name="WarmUp">Rides driven first and not measured.</param>
/// <param name="IdempotencyKeys">True to send an idempotency key with every POST.</param>
/// <param name="Seed">The seed for the places of riders and drivers.</param>
/// <param name="Details">True to list the queues and SQL statements of a ride.</param>
/// <param name="History">Finished rides in the database before any part begins.</param>
/// <param name="HalfLoad">Rides requested at half of the measured rides per second, after the load.</param>
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
    int History,
    int HalfLoad
);
