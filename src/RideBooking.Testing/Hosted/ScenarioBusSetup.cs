using System.Linq.Expressions;
using MassTransit;

namespace RideBooking.Testing;

/// <summary>The settings of a scenario's bus that MassTransit's container does not provide.</summary>
public sealed class ScenarioBusSetup
{
    internal string Name { get; private set; } = "the bus";

    internal Func<IServiceProvider, CancellationToken, Task<bool>> IsAtRest { get; private set; } =
        (_, _) => Task.FromResult(true);

    internal Func<IServiceProvider, Action, CancellationToken, Task> Move { get; private set; } =
        (_, move, _) =>
        {
            move();
            return Task.CompletedTask;
        };

    internal HashSet<(Type Saga, string Member)> Ignored { get; } = [];

    internal TimeSpan Timeout { get; private set; } = TimeSpan.FromSeconds(20);

    /// <summary>Sets the name in reports, such as <c>RabbitMQ with PostgreSQL</c>.</summary>
    public ScenarioBusSetup Named(string name)
    {
        Name = name;
        return this;
    }

    /// <summary>Sets how to find out that other senders, such as an outbox, have nothing to send.</summary>
    /// <remarks>It is called with a scope's services whenever no message is in flight.</remarks>
    public ScenarioBusSetup AtRest(Func<IServiceProvider, CancellationToken, Task<bool>> isAtRest)
    {
        IsAtRest = isAtRest;
        return this;
    }

    /// <summary>Sets how the scheduler notices that the time has moved.</summary>
    /// <remarks>
    /// Most schedulers sleep until the next timer, and must be woken. Call the given delegate; it moves the
    /// <see cref="LabTime"/>.
    /// </remarks>
    public ScenarioBusSetup MoveTime(Func<IServiceProvider, Action, CancellationToken, Task> move)
    {
        Move = move;
        return this;
    }

    /// <summary>Excludes a property from the comparison that only the database writes, such as a version.</summary>
    public ScenarioBusSetup Ignoring<TSaga>(Expression<Func<TSaga, object?>> property)
        where TSaga : class, ISaga
    {
        ArgumentNullException.ThrowIfNull(property);
        var member = property.Body is UnaryExpression { Operand: var operand } ? operand : property.Body;
        if (member is not MemberExpression { Member.Name: var name })
            throw new ArgumentException("A property is expected, as in saga => saga.Version.", nameof(property));
        Ignored.Add((typeof(TSaga), name));
        return this;
    }

    /// <summary>Sets how long, in real time, each step may take to end as in the lab; 20 s by default.</summary>
    public ScenarioBusSetup Within(TimeSpan timeout)
    {
        Timeout = timeout;
        return this;
    }
}
