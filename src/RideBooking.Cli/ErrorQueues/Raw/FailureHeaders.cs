namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary>The headers that describe a failure, and are removed when a message goes back to its endpoint.</summary>
/// <remarks>The host does the same when it redrives a message; a test compares the two.</remarks>
internal static class FailureHeaders
{
    public const string ExceptionType = "MT-Fault-ExceptionType";
    public const string ExceptionMessage = "MT-Fault-Message";
    public const string StackTrace = "MT-Fault-StackTrace";
    public const string Timestamp = "MT-Fault-Timestamp";
    public const string FaultMessageType = "MT-Fault-MessageType";
    public const string Reason = "MT-Reason";
    public const string RedeliveryCount = "MT-Redelivery-Count";

    /// <summary>When the message was last due. The host measures delays from it.</summary>
    public const string Due = "RideBooking-Due";

    /// <summary>How the broker describes a message that it moved itself.</summary>
    public const string Deaths = "x-death";

    static readonly string[] s_prefixes = ["MT-Fault-", "MT-Host-", "x-first-death-", "x-last-death-"];

    // A message that has used up its redeliveries would get none.
    static readonly string[] s_names = [Reason, RedeliveryCount, Due, Deaths, "x-delivery-count"];

    public static bool Contains(string header) =>
        s_prefixes.Any(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        || s_names.Contains(header, StringComparer.OrdinalIgnoreCase);
}
