using Microsoft.EntityFrameworkCore;

namespace RideBooking.Platform.Persistence;

/// <summary>The context on PostgreSQL.</summary>
public sealed class PostgresAppDbContext(DbContextOptions<PostgresAppDbContext> options) : AppDbContext(options);
