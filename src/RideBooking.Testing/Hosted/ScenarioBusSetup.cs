using System.Linq.Expressions;
using MassTransit;

namespace RideBooking.Testing;

/// <summary>What a scenario must know of the bus it is played on, beyond what MassTransit's container tells.</summary>
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

    internal TimeSpan Patience { get; private set; } = TimeSpan.FromSeconds(20);

    /// <summary>What reports call it, such as <c>RabbitMQ with PostgreSQL</c>.</summary>
    public ScenarioBusSetup Named(string name)
    {
        Name = name;
        return this;
    }

    /// <summary>
    /// Whether what else sends messages, such as an outbox, has nothing to send. Asked, with a scope's services, whenever no
    /// message is on its way.
    /// </summary>
    public ScenarioBusSetup AtRest(Func<IServiceProvider, CancellationToken, Task<bool>> isAtRest)
    {
        IsAtRest = isAtRest;
        return this;
    }

    /// <summary>
    /// How the scheduler notices that the time was moved: most sleep until the next timer, and must be woken. Call what is
    /// given; it moves the <see cref="LabTime"/>.
    /// </summary>
    public ScenarioBusSetup MoveTime(Func<IServiceProvider, Action, CancellationToken, Task> move)
    {
        Move = move;
        return this;
    }

    /// <summary>A property that only the database writes, such as a version, and that is not compared.</summary>
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

    /// <summary>How long, in real time, each step may take to end as it did in the lab; 20 s when not said.</summary>
    public ScenarioBusSetup Within(TimeSpan patience)
    {
        Patience = patience;
        return this;
    }
}
