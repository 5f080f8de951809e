namespace MassTransit.Configuration;

/// <summary>Gives every saga without a repository of its own the same Entity Framework repository.</summary>
sealed class EntityFrameworkSagaRepositoryRegistrationProvider(
    Action<IEntityFrameworkSagaRepositoryConfigurator>? configure
) : ISagaRepositoryRegistrationProvider
{
    void ISagaRepositoryRegistrationProvider.Configure<TSaga>(ISagaRegistrationConfigurator<TSaga> configurator)
        where TSaga : class => configurator.EntityFrameworkRepository(repository => configure?.Invoke(repository));
}
