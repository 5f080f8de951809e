using MassTransit;
using MassTransit.Util;
using RideBooking.Operations.ErrorQueues;

namespace RideBooking.Operations.Endpoints;

/// <summary>Why a message failed, as the error queue will say it.</summary>
/// <param name="Fingerprint">The same as that of the failed message, if the message fails for good.</param>
/// <param name="MessageType">The name of the message type.</param>
/// <param name="ExceptionType">The type of the exception.</param>
/// <param name="ExceptionMessage">The exception's message.</param>
internal sealed record FailureReason(
    string Fingerprint,
    string? MessageType,
    string ExceptionType,
    string? ExceptionMessage
)
{
    public static FailureReason Of(string endpoint, ConsumeContext context, Exception exception)
    {
        // MassTransit describes the innermost exception in a failed message's headers.
        var cause = exception.GetBaseException();
        var messageType = FailedMessage.ShortName(context.SupportedMessageTypes.FirstOrDefault());
        var (type, text) = (TypeCache.GetShortName(cause.GetType()), ExceptionUtil.GetMessage(cause));
        var frame = FailedMessage.TopFrameOf(ExceptionUtil.GetStackTrace(cause));
        return new(FailedMessage.FingerprintOf(endpoint, messageType, type, text, frame), messageType, type, text);
    }

    public override string ToString() => $"{MessageType}: {ExceptionType}: {ExceptionMessage}";
}
