using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Persistence;
using DatabaseConflicts = MassTransit.DatabaseConflicts;

namespace RideBooking.Platform.Security;

/// <summary>The secret from which every key of the application is derived, one key per purpose.</summary>
/// <remarks>
/// It is <c>Quotes:SigningKey</c>, or <c>Auth:SigningKey</c>. In Development without either, it is random and stored in the
/// database, so that tokens and quotes survive a restart and are valid for every replica.
/// </remarks>
public sealed class ApplicationSecret : IDevelopmentSigningKey
{
    const int MinBytes = 32;
    byte[]? _master;

    /// <summary>Reads and checks the settings. Throws <see cref="ConfigurationException"/>.</summary>
    public ApplicationSecret(IConfiguration configuration, IHostEnvironment environment)
    {
        var setting = string.IsNullOrWhiteSpace(configuration["Quotes:SigningKey"])
            ? "Auth:SigningKey"
            : "Quotes:SigningKey";
        var key = configuration[setting];
        if (!string.IsNullOrWhiteSpace(key))
            _master =
                Encoding.UTF8.GetByteCount(key) >= MinBytes
                    ? Encoding.UTF8.GetBytes(key)
                    : throw new ConfigurationException($"{setting} must have at least {MinBytes} bytes.");
        else if (!environment.IsDevelopment())
            throw new ConfigurationException(
                "Quotes:SigningKey is not set: outside Development it signs quotes (unless Auth:SigningKey is set)."
            );
    }

    /// <summary>Returns the 256-bit key for one purpose.</summary>
    public byte[] KeyFor(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Master, 32, info: Encoding.UTF8.GetBytes(purpose));

    /// <inheritdoc />
    public ValueTask<byte[]> GetAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(KeyFor("development-tokens"));

    byte[] Master => _master ?? throw new InvalidOperationException("The development secret is not loaded yet.");

    /// <summary>Reads or creates the stored secret in Development. Does nothing if a secret is configured.</summary>
    internal async Task Load(IServiceScopeFactory scopes, CancellationToken cancellationToken)
    {
        if (_master is not null)
            return;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            if (!await db.Set<DevelopmentSecret>().AnyAsync(cancellationToken))
            {
                db.Add(new DevelopmentSecret { Value = RandomNumberGenerator.GetBytes(MinBytes) });
                await db.SaveChangesAsync(cancellationToken);
            }
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // Another replica created it at the same moment; the query below reads it.
        }

        await using var fresh = scopes.CreateAsyncScope();
        var kept = await fresh
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<DevelopmentSecret>()
            .SingleAsync(cancellationToken);
        _master = kept.Value;
    }
}

/// <summary>The one row that stores a development secret. Empty in production.</summary>
internal sealed class DevelopmentSecret
{
    public int Id { get; init; } = 1;

    public byte[] Value { get; init; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<DevelopmentSecret>
    {
        public void Configure(EntityTypeBuilder<DevelopmentSecret> builder)
        {
            builder.ToTable("development_secret");
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.Value).HasMaxLength(64);
        }
    }
}
