using System.Security.Cryptography;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Identifies the content of a failed message's body, so that an operator edits what they have seen.</summary>
internal static class BodyHash
{
    /// <summary>A SHA-256 in hexadecimal.</summary>
    public static string Of(byte[] body) => Convert.ToHexStringLower(SHA256.HashData(body));
}
