using System.Globalization;

namespace RideBooking.Billing;

/// <summary>Creates the number of a receipt: <c>RB-2026-7K3M-9Q2X-0FTB</c>.</summary>
/// <remarks>
/// Crockford's base 32 (https://www.crockford.com/base32.html) of 60 random bits of the invoice's id: no letter that looks like
/// a digit, and no counter for which receipts would have to queue.
/// </remarks>
internal static class ReceiptNumber
{
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static string Of(Guid invoiceId, DateTimeOffset issuedAt)
    {
        // The last eight bytes of a UUIDv7 are random, except the variant in the first two bits, which are shifted out.
        Span<byte> bytes = stackalloc byte[16];
        invoiceId.TryWriteBytes(bytes, bigEndian: true, out _);
        var random = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) << 2;

        Span<char> digits = stackalloc char[12];
        foreach (ref var digit in digits)
        {
            digit = Alphabet[(int)(random >> 59)];
            random <<= 5;
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"RB-{issuedAt.UtcDateTime.Year:0000}-{digits[..4]}-{digits[4..8]}-{digits[8..]}"
        );
    }
}
