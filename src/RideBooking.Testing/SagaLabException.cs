namespace RideBooking.Testing;

/// <summary>A scenario did not end as expected, or an exploration found a violation. The message is the report.</summary>
public sealed class SagaLabException : Exception
{
    /// <summary>Creates an exception.</summary>
    public SagaLabException() { }

    /// <summary>Creates an exception with a report.</summary>
    public SagaLabException(string message)
        : base(message) { }

    /// <summary>Creates an exception with a report and its cause.</summary>
    public SagaLabException(string message, Exception innerException)
        : base(message, innerException) { }
}
