using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>Derives the ids of what a request creates. A handler takes this as a parameter.</summary>
/// <remarks>
/// With an Idempotency-Key the ids are the same on every attempt. A retry finds a ride that was created just before a crash
/// and does not create it twice.
/// </remarks>
public sealed class IdempotentRequest
{
    /// <summary>The name to pass to <see cref="IdFor"/> for the id of the request's command to a state machine.</summary>
    public const string Command = "command";

    readonly Guid _id;

    internal IdempotentRequest(Guid id, bool mayBeARepeat = false)
    {
        _id = id;
        MayBeARepeat = mayBeARepeat;
    }

    /// <summary>Whether an earlier attempt at this request may have created something without returning an answer.</summary>
    /// <remarks>Never true without an Idempotency-Key.</remarks>
    public bool MayBeARepeat { get; }

    /// <summary>
    /// Returns the id (a UUIDv7) of what the request creates under a name, such as <c>ride</c>. The same name gives the same
    /// id.
    /// </summary>
    public Guid IdFor(string name)
    {
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. _id.ToByteArray(), .. Encoding.UTF8.GetBytes(name)], hash);
        _id.TryWriteBytes(bytes, bigEndian: true, out _);
        // The time and version of the request's own id stay, so that ids sort by time. The random part comes from the hash.
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
