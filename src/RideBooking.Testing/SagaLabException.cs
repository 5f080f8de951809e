namespace RideBooking.Testing;

/// <summary>A scenario did not go as it says, or an exploration found a breach. The message is the report.</summary>
public sealed class SagaLabException : Exception
{
    /// <summary>Makes one.</summary>
    public SagaLabException() { }

    /// <summary>Makes one with a report.</summary>
    public SagaLabException(string message)
        : base(message) { }

    /// <summary>Makes one with a report and what caused it.</summary>
    public SagaLabException(string message, Exception innerException)
        : base(message, innerException) { }
}
