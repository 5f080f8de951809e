using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform.Http;

/// <summary>
/// Gives ids to what a request creates. Under an Idempotency-Key they are the same at every attempt, so that a ride which
/// was created just before a crash is found again by the repeat, instead of being created twice. A handler takes this as a
/// parameter.
/// </summary>
public sealed class IdempotentRequest
{
    /// <summary>What <see cref="IdFor"/> is given for the id of the request's command to a state machine.</summary>
    public const string Command = "command";

    readonly Guid id;

    internal IdempotentRequest(Guid id, bool mayBeARepeat = false)
    {
        this.id = id;
        MayBeARepeat = mayBeARepeat;
    }

    /// <summary>
    /// Whether an attempt at this request was made before, whose answer was lost: what it created may be there. Never true
    /// without an Idempotency-Key.
    /// </summary>
    public bool MayBeARepeat { get; }

    /// <summary>The id (a UUIDv7) of what the request creates under a name, such as <c>ride</c>: for the same name the same id.</summary>
    public Guid IdFor(string name)
    {
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. id.ToByteArray(), .. Encoding.UTF8.GetBytes(name)], hash);
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        // The time and version of the request's own id stay, so that ids sort by time; what is random comes from the hash.
        bytes[6] = (byte)(0x70 | (hash[6] & 0x0F));
        bytes[7] = hash[7];
        bytes[8] = (byte)(0x80 | (hash[8] & 0x3F));
        hash[9..16].CopyTo(bytes[9..]);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Binds the request as a parameter of an endpoint.</summary>
    public static ValueTask<IdempotentRequest?> BindAsync(HttpContext context)
    {
        if (context.Features.Get<IdempotentRequest>() is not { } request)
        {
            var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
            context.Features.Set(request = new IdempotentRequest(Guid.CreateVersion7(now)));
        }

        return new(request);
    }
}
