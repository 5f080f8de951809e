using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideBooking.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class SearchStarted : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "search_started_at",
                schema: "analytics",
                table: "ride_facts",
                type: "timestamp with time zone",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "search_started_at",
                schema: "analytics",
                table: "ride_facts");
        }
    }
}
