using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using RideBooking.Platform.Security;

namespace RideBooking.Console.SignIn;

/// <summary>The one key of data protection, derived from the application's secret.</summary>
/// <remarks>
/// So every host reads the sessions of every other, also after a restart, and no key is kept in a file. A new secret ends all
/// sessions.
/// </remarks>
internal sealed class SecretKeys(ApplicationSecret secret, ILoggerFactory loggerFactory) : IKeyManager
{
    public IReadOnlyCollection<IKey> GetAllKeys() => [new DerivedKey(secret, loggerFactory)];

    public CancellationToken GetCacheExpirationToken() => CancellationToken.None;

    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate) =>
        throw new NotSupportedException("The key is derived from the application's secret.");

    public void RevokeKey(Guid keyId, string? reason = null) =>
        throw new NotSupportedException("Change the application's secret instead.");

    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) =>
        throw new NotSupportedException("Change the application's secret instead.");

    sealed class DerivedKey(ApplicationSecret secret, ILoggerFactory loggerFactory) : IKey
    {
        // It names the key in what is encrypted with it.
        public Guid KeyId { get; } = new("5d2f7a3e-9c41-4b7c-8a53-2f6f1a0c9be7");

        public DateTimeOffset CreationDate => DateTimeOffset.UnixEpoch;

        public DateTimeOffset ActivationDate => DateTimeOffset.UnixEpoch;

        public DateTimeOffset ExpirationDate => DateTimeOffset.MaxValue;

        public bool IsRevoked => false;

        public IAuthenticatedEncryptorDescriptor Descriptor =>
            new AuthenticatedEncryptorDescriptor(
                new AuthenticatedEncryptorConfiguration(),
                new Secret(secret.KeyFor("console-sessions"))
            );

        public IAuthenticatedEncryptor? CreateEncryptor() =>
            new AuthenticatedEncryptorFactory(loggerFactory).CreateEncryptorInstance(this);
    }
}
