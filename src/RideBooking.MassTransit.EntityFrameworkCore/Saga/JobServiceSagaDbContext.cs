using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>A context with the three sagas of the job service, for pessimistic concurrency.</summary>
public class JobServiceSagaDbContext(DbContextOptions<JobServiceSagaDbContext> options) : SagaDbContext(options)
{
    /// <inheritdoc />
    protected override IEnumerable<ISagaClassMap> Configurations =>
        [new JobTypeSagaMap(false), new JobSagaMap(false), new JobAttemptSagaMap(false)];
}

/// <summary>A context with the three sagas of the job service, for optimistic concurrency.</summary>
public class OptimisticJobServiceSagaDbContext(DbContextOptions<OptimisticJobServiceSagaDbContext> options)
    : SagaDbContext(options)
{
    /// <inheritdoc />
    protected override IEnumerable<ISagaClassMap> Configurations =>
        [new JobTypeSagaMap(true), new JobSagaMap(true), new JobAttemptSagaMap(true)];
}

/// <summary>Maps the saga that counts the running jobs of one type.</summary>
/// <param name="optimistic">Whether its version is a concurrency token.</param>
public class JobTypeSagaMap(bool optimistic) : SagaClassMap<JobTypeSaga>
{
    /// <inheritdoc />
    protected override void Configure(EntityTypeBuilder<JobTypeSaga> entity, ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(entity);

        VersionToken.Configure(entity, optimistic);
        entity.Property(saga => saga.ActiveJobs).HasJsonConversion();
        entity.Property(saga => saga.Instances).HasJsonConversion();
        entity.Property(saga => saga.Properties).HasJsonConversion();
    }
}

/// <summary>Maps the saga of one job.</summary>
/// <param name="optimistic">Whether its version is a concurrency token.</param>
public class JobSagaMap(bool optimistic) : SagaClassMap<JobSaga>
{
    /// <inheritdoc />
    protected override void Configure(EntityTypeBuilder<JobSaga> entity, ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(entity);

        VersionToken.Configure(entity, optimistic);
        entity.Property(saga => saga.Job).HasJsonConversion();
        entity.Property(saga => saga.IncompleteAttempts).HasJsonConversion();
        entity.Property(saga => saga.JobState).HasJsonConversion();
        entity.Property(saga => saga.JobProperties).HasJsonConversion();
    }
}

/// <summary>Maps the saga of one attempt at a job.</summary>
/// <param name="optimistic">Whether its version is a concurrency token.</param>
public class JobAttemptSagaMap(bool optimistic) : SagaClassMap<JobAttemptSaga>
{
    /// <inheritdoc />
    protected override void Configure(EntityTypeBuilder<JobAttemptSaga> entity, ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(entity);

        VersionToken.Configure(entity, optimistic);
        entity.HasOne<JobSaga>().WithMany().HasForeignKey(attempt => attempt.JobId).OnDelete(DeleteBehavior.Cascade);
        entity.HasIndex(attempt => new { attempt.JobId, attempt.RetryAttempt }).IsUnique();
    }
}
